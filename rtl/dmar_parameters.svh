// SPDX-License-Identifier: Apache-2.0
// The parameters of dmar_top and of the blocks that get many of them: X_PARAMETERS for the
// header of X, X_MAP for an instance of it where they have the same names, and X_CHECKED for
// the instance of dmar_params in X. Written by `make docs` from rtl/parameters.json; do not
// edit.
`ifndef DMAR_PARAMETERS_SVH
`define DMAR_PARAMETERS_SVH

`define DMAR_TOP_PARAMETERS \
  parameter int unsigned VersionMajor          = 1, \
  parameter int unsigned HostAddrWidth         = 46, \
  parameter int unsigned GuestAddrWidth        = 48, \
  parameter logic [4:0]  Sagaw                 = 5'b00110, \
  parameter logic [1:0]  SuperPages            = 2'b11, \
  parameter int unsigned DomainIdCode          = 6, \
  parameter int unsigned FaultRecords          = 8, \
  parameter int unsigned MaxAddrMask           = 18, \
  parameter bit          ProtectedLow          = 1'b0, \
  parameter bit          ProtectedHigh         = 1'b0, \
  parameter int unsigned ProtectedAlign        = 21, \
  parameter bit          ZeroLengthRead        = 1'b1, \
  parameter bit          PageSelective         = 1'b1, \
  parameter bit          PassThrough           = 1'b1, \
  parameter bit          SnoopControl          = 1'b1, \
  parameter bit          Coherent              = 1'b1, \
  parameter bit          DeviceTlb             = 1'b0, \
  parameter bit          NoWriteFlag           = 1'b0, \
  parameter int unsigned DeviceTlbTimeout      = 268435456, \
  parameter bit          CollapseFaults        = 1'b1, \
  parameter bit          InterruptRemapping    = 1'b1, \
  parameter bit          ExtendedInterruptMode = 1'b1, \
  parameter int unsigned MaxInterruptMask      = 15, \
  parameter bit          PostedInterrupts      = 1'b0, \
  parameter bit          AbortMode             = 1'b0, \
  parameter bit          RootPointerFlush      = 1'b0, \
  parameter bit          InterruptPointerFlush = 1'b0, \
  parameter bit          WriteBufferFlush      = 1'b0, \
  parameter int unsigned IdWidth               = 4, \
  parameter int unsigned ReadSlots             = 8, \
  parameter int unsigned WriteSlots            = 8, \
  parameter int unsigned ReadBufferBeats       = 512, \
  parameter int unsigned WriteBufferBeats      = 256, \
  parameter int unsigned Lanes                 = 2, \
  parameter bit          LeafLines             = 1'b1, \
  parameter int unsigned PrefetchLines         = 8, \
  parameter int unsigned QueueAhead            = 8, \
  parameter int unsigned Walks                 = 16, \
  parameter int unsigned ContextSets           = 32, \
  parameter int unsigned ContextWays           = 2, \
  parameter int unsigned Iotlb4kSets           = 64, \
  parameter int unsigned Iotlb4kWays           = 4, \
  parameter int unsigned Iotlb4kPages          = 8, \
  parameter int unsigned Iotlb2mSets           = 32, \
  parameter int unsigned Iotlb2mWays           = 2, \
  parameter int unsigned Iotlb2mPages          = 8, \
  parameter int unsigned Iotlb1gSets           = 16, \
  parameter int unsigned Iotlb1gWays           = 1, \
  parameter int unsigned DomainGuesses         = 256, \
  parameter int unsigned PagingCacheSets       = 16, \
  parameter int unsigned PagingCacheWays       = 2, \
  parameter int unsigned InterruptCacheSets    = 16, \
  parameter int unsigned InterruptCacheWays    = 2, \
  parameter logic [3:0]  SnoopCache            = 4'b0010, \
  parameter bit          TableAtomics          = 1'b0, \
  parameter logic [3:0]  TableQos              = 4'b0000, \
  parameter bit          Monitor               = 1'b1

`define DMAR_TOP_CHECKED \
  .VersionMajor(VersionMajor), .HostAddrWidth(HostAddrWidth), .GuestAddrWidth(GuestAddrWidth), \
  .Sagaw(Sagaw), .SuperPages(SuperPages), .DomainIdCode(DomainIdCode), \
  .FaultRecords(FaultRecords), .MaxAddrMask(MaxAddrMask), .ProtectedLow(ProtectedLow), \
  .ProtectedHigh(ProtectedHigh), .ProtectedAlign(ProtectedAlign), .DeviceTlb(DeviceTlb), \
  .NoWriteFlag(NoWriteFlag), .DeviceTlbTimeout(DeviceTlbTimeout), \
  .InterruptRemapping(InterruptRemapping), .ExtendedInterruptMode(ExtendedInterruptMode), \
  .MaxInterruptMask(MaxInterruptMask), .PostedInterrupts(PostedInterrupts), .IdWidth(IdWidth), \
  .ReadSlots(ReadSlots), .WriteSlots(WriteSlots), .ReadBufferBeats(ReadBufferBeats), \
  .WriteBufferBeats(WriteBufferBeats), .Lanes(Lanes), .LeafLines(LeafLines), \
  .PrefetchLines(PrefetchLines), .QueueAhead(QueueAhead), .Walks(Walks), \
  .ContextSets(ContextSets), .ContextWays(ContextWays), .Iotlb4kSets(Iotlb4kSets), \
  .Iotlb4kWays(Iotlb4kWays), .Iotlb4kPages(Iotlb4kPages), .Iotlb2mSets(Iotlb2mSets), \
  .Iotlb2mWays(Iotlb2mWays), .Iotlb2mPages(Iotlb2mPages), .Iotlb1gSets(Iotlb1gSets), \
  .Iotlb1gWays(Iotlb1gWays), .DomainGuesses(DomainGuesses), .PagingCacheSets(PagingCacheSets), \
  .PagingCacheWays(PagingCacheWays), .InterruptCacheSets(InterruptCacheSets), \
  .InterruptCacheWays(InterruptCacheWays), .SnoopCache(SnoopCache), .TableAtomics(TableAtomics)

`define DMAR_CORE_PARAMETERS \
  parameter int unsigned VersionMajor          = 1, \
  parameter int unsigned HostAddrWidth         = 46, \
  parameter int unsigned GuestAddrWidth        = 48, \
  parameter logic [4:0]  Sagaw                 = 5'b00110, \
  parameter logic [1:0]  SuperPages            = 2'b11, \
  parameter int unsigned DomainIdCode          = 6, \
  parameter int unsigned FaultRecords          = 8, \
  parameter int unsigned MaxAddrMask           = 18, \
  parameter bit          ProtectedLow          = 1'b0, \
  parameter bit          ProtectedHigh         = 1'b0, \
  parameter int unsigned ProtectedAlign        = 21, \
  parameter bit          ZeroLengthRead        = 1'b1, \
  parameter bit          PageSelective         = 1'b1, \
  parameter bit          PassThrough           = 1'b1, \
  parameter bit          SnoopControl          = 1'b1, \
  parameter bit          Coherent              = 1'b1, \
  parameter bit          DeviceTlb             = 1'b0, \
  parameter bit          NoWriteFlag           = 1'b0, \
  parameter int unsigned DeviceTlbTimeout      = 268435456, \
  parameter bit          CollapseFaults        = 1'b1, \
  parameter bit          InterruptRemapping    = 1'b1, \
  parameter bit          ExtendedInterruptMode = 1'b1, \
  parameter int unsigned MaxInterruptMask      = 15, \
  parameter bit          PostedInterrupts      = 1'b0, \
  parameter bit          AbortMode             = 1'b0, \
  parameter bit          RootPointerFlush      = 1'b0, \
  parameter bit          InterruptPointerFlush = 1'b0, \
  parameter bit          WriteBufferFlush      = 1'b0, \
  parameter int unsigned Tags                  = 32, \
  parameter int unsigned Port0Tags             = 16, \
  parameter int unsigned DrainLatency          = 2, \
  parameter int unsigned Lanes                 = 2, \
  parameter bit          LeafLines             = 1'b1, \
  parameter int unsigned PrefetchLines         = 8, \
  parameter int unsigned QueueAhead            = 8, \
  parameter int unsigned Walks                 = 16, \
  parameter int unsigned ContextSets           = 32, \
  parameter int unsigned ContextWays           = 2, \
  parameter int unsigned Iotlb4kSets           = 64, \
  parameter int unsigned Iotlb4kWays           = 4, \
  parameter int unsigned Iotlb4kPages          = 8, \
  parameter int unsigned Iotlb2mSets           = 32, \
  parameter int unsigned Iotlb2mWays           = 2, \
  parameter int unsigned Iotlb2mPages          = 8, \
  parameter int unsigned Iotlb1gSets           = 16, \
  parameter int unsigned Iotlb1gWays           = 1, \
  parameter int unsigned DomainGuesses         = 256, \
  parameter int unsigned PagingCacheSets       = 16, \
  parameter int unsigned PagingCacheWays       = 2, \
  parameter int unsigned InterruptCacheSets    = 16, \
  parameter int unsigned InterruptCacheWays    = 2, \
  parameter logic [3:0]  SnoopCache            = 4'b0010, \
  parameter bit          TableAtomics          = 1'b0, \
  parameter logic [3:0]  TableQos              = 4'b0000

`define DMAR_CORE_MAP \
  .VersionMajor(VersionMajor), .HostAddrWidth(HostAddrWidth), .GuestAddrWidth(GuestAddrWidth), \
  .Sagaw(Sagaw), .SuperPages(SuperPages), .DomainIdCode(DomainIdCode), \
  .FaultRecords(FaultRecords), .MaxAddrMask(MaxAddrMask), .ProtectedLow(ProtectedLow), \
  .ProtectedHigh(ProtectedHigh), .ProtectedAlign(ProtectedAlign), \
  .ZeroLengthRead(ZeroLengthRead), .PageSelective(PageSelective), .PassThrough(PassThrough), \
  .SnoopControl(SnoopControl), .Coherent(Coherent), .DeviceTlb(DeviceTlb), \
  .NoWriteFlag(NoWriteFlag), .DeviceTlbTimeout(DeviceTlbTimeout), \
  .CollapseFaults(CollapseFaults), .InterruptRemapping(InterruptRemapping), \
  .ExtendedInterruptMode(ExtendedInterruptMode), .MaxInterruptMask(MaxInterruptMask), \
  .PostedInterrupts(PostedInterrupts), .AbortMode(AbortMode), \
  .RootPointerFlush(RootPointerFlush), .InterruptPointerFlush(InterruptPointerFlush), \
  .WriteBufferFlush(WriteBufferFlush), .Tags(Tags), .Port0Tags(Port0Tags), \
  .DrainLatency(DrainLatency), .Lanes(Lanes), .LeafLines(LeafLines), \
  .PrefetchLines(PrefetchLines), .QueueAhead(QueueAhead), .Walks(Walks), \
  .ContextSets(ContextSets), .ContextWays(ContextWays), .Iotlb4kSets(Iotlb4kSets), \
  .Iotlb4kWays(Iotlb4kWays), .Iotlb4kPages(Iotlb4kPages), .Iotlb2mSets(Iotlb2mSets), \
  .Iotlb2mWays(Iotlb2mWays), .Iotlb2mPages(Iotlb2mPages), .Iotlb1gSets(Iotlb1gSets), \
  .Iotlb1gWays(Iotlb1gWays), .DomainGuesses(DomainGuesses), .PagingCacheSets(PagingCacheSets), \
  .PagingCacheWays(PagingCacheWays), .InterruptCacheSets(InterruptCacheSets), \
  .InterruptCacheWays(InterruptCacheWays), .SnoopCache(SnoopCache), .TableAtomics(TableAtomics), \
  .TableQos(TableQos)

`define DMAR_CORE_CHECKED \
  .VersionMajor(VersionMajor), .HostAddrWidth(HostAddrWidth), .GuestAddrWidth(GuestAddrWidth), \
  .Sagaw(Sagaw), .SuperPages(SuperPages), .DomainIdCode(DomainIdCode), \
  .FaultRecords(FaultRecords), .MaxAddrMask(MaxAddrMask), .ProtectedLow(ProtectedLow), \
  .ProtectedHigh(ProtectedHigh), .ProtectedAlign(ProtectedAlign), .DeviceTlb(DeviceTlb), \
  .NoWriteFlag(NoWriteFlag), .DeviceTlbTimeout(DeviceTlbTimeout), \
  .InterruptRemapping(InterruptRemapping), .ExtendedInterruptMode(ExtendedInterruptMode), \
  .MaxInterruptMask(MaxInterruptMask), .PostedInterrupts(PostedInterrupts), .Tags(Tags), \
  .Port0Tags(Port0Tags), .DrainLatency(DrainLatency), .Lanes(Lanes), .LeafLines(LeafLines), \
  .PrefetchLines(PrefetchLines), .QueueAhead(QueueAhead), .Walks(Walks), \
  .ContextSets(ContextSets), .ContextWays(ContextWays), .Iotlb4kSets(Iotlb4kSets), \
  .Iotlb4kWays(Iotlb4kWays), .Iotlb4kPages(Iotlb4kPages), .Iotlb2mSets(Iotlb2mSets), \
  .Iotlb2mWays(Iotlb2mWays), .Iotlb2mPages(Iotlb2mPages), .Iotlb1gSets(Iotlb1gSets), \
  .Iotlb1gWays(Iotlb1gWays), .DomainGuesses(DomainGuesses), .PagingCacheSets(PagingCacheSets), \
  .PagingCacheWays(PagingCacheWays), .InterruptCacheSets(InterruptCacheSets), \
  .InterruptCacheWays(InterruptCacheWays), .SnoopCache(SnoopCache), .TableAtomics(TableAtomics)

`define DMAR_CAPABILITY_PARAMETERS \
  parameter int unsigned VersionMajor          = 1, \
  parameter int unsigned GuestAddrWidth        = 48, \
  parameter logic [4:0]  Sagaw                 = 5'b00110, \
  parameter logic [1:0]  SuperPages            = 2'b11, \
  parameter int unsigned DomainIdCode          = 6, \
  parameter int unsigned FaultRecords          = 8, \
  parameter int unsigned MaxAddrMask           = 18, \
  parameter bit          ProtectedLow          = 1'b0, \
  parameter bit          ProtectedHigh         = 1'b0, \
  parameter bit          ZeroLengthRead        = 1'b1, \
  parameter bit          PageSelective         = 1'b1, \
  parameter bit          PassThrough           = 1'b1, \
  parameter bit          SnoopControl          = 1'b1, \
  parameter bit          Coherent              = 1'b1, \
  parameter bit          DeviceTlb             = 1'b0, \
  parameter bit          NoWriteFlag           = 1'b0, \
  parameter bit          InterruptRemapping    = 1'b1, \
  parameter bit          ExtendedInterruptMode = 1'b1, \
  parameter int unsigned MaxInterruptMask      = 15, \
  parameter bit          PostedInterrupts      = 1'b0, \
  parameter bit          AbortMode             = 1'b0, \
  parameter bit          RootPointerFlush      = 1'b0, \
  parameter bit          InterruptPointerFlush = 1'b0, \
  parameter bit          WriteBufferFlush      = 1'b0

`define DMAR_CAPABILITY_MAP \
  .VersionMajor(VersionMajor), .GuestAddrWidth(GuestAddrWidth), .Sagaw(Sagaw), \
  .SuperPages(SuperPages), .DomainIdCode(DomainIdCode), .FaultRecords(FaultRecords), \
  .MaxAddrMask(MaxAddrMask), .ProtectedLow(ProtectedLow), .ProtectedHigh(ProtectedHigh), \
  .ZeroLengthRead(ZeroLengthRead), .PageSelective(PageSelective), .PassThrough(PassThrough), \
  .SnoopControl(SnoopControl), .Coherent(Coherent), .DeviceTlb(DeviceTlb), \
  .NoWriteFlag(NoWriteFlag), .InterruptRemapping(InterruptRemapping), \
  .ExtendedInterruptMode(ExtendedInterruptMode), .MaxInterruptMask(MaxInterruptMask), \
  .PostedInterrupts(PostedInterrupts), .AbortMode(AbortMode), \
  .RootPointerFlush(RootPointerFlush), .InterruptPointerFlush(InterruptPointerFlush), \
  .WriteBufferFlush(WriteBufferFlush)

`define DMAR_INVALIDATE_PARAMETERS \
  parameter int unsigned VersionMajor       = 1, \
  parameter int unsigned HostAddrWidth      = 46, \
  parameter int unsigned DomainIdCode       = 6, \
  parameter int unsigned MaxAddrMask        = 18, \
  parameter bit          PageSelective      = 1'b1, \
  parameter bit          DeviceTlb          = 1'b0, \
  parameter int unsigned DeviceTlbTimeout   = 268435456, \
  parameter bit          InterruptRemapping = 1'b1, \
  parameter bit          AbortMode          = 1'b0, \
  parameter int unsigned QueueAhead         = 8

`define DMAR_INVALIDATE_MAP \
  .VersionMajor(VersionMajor), .HostAddrWidth(HostAddrWidth), .DomainIdCode(DomainIdCode), \
  .MaxAddrMask(MaxAddrMask), .PageSelective(PageSelective), .DeviceTlb(DeviceTlb), \
  .DeviceTlbTimeout(DeviceTlbTimeout), .InterruptRemapping(InterruptRemapping), \
  .AbortMode(AbortMode), .QueueAhead(QueueAhead)

`define DMAR_TRANSLATE_PARAMETERS \
  parameter int unsigned HostAddrWidth      = 46, \
  parameter int unsigned GuestAddrWidth     = 48, \
  parameter logic [4:0]  Sagaw              = 5'b00110, \
  parameter logic [1:0]  SuperPages         = 2'b11, \
  parameter int unsigned DomainIdCode       = 6, \
  parameter bit          ProtectedLow       = 1'b0, \
  parameter bit          ProtectedHigh      = 1'b0, \
  parameter int unsigned ProtectedAlign     = 21, \
  parameter bit          ZeroLengthRead     = 1'b1, \
  parameter bit          PassThrough        = 1'b1, \
  parameter bit          SnoopControl       = 1'b1, \
  parameter bit          DeviceTlb          = 1'b0, \
  parameter bit          NoWriteFlag        = 1'b0, \
  parameter bit          InterruptRemapping = 1'b1, \
  parameter bit          PostedInterrupts   = 1'b0, \
  parameter bit          AbortMode          = 1'b0, \
  parameter int unsigned Tags               = 32, \
  parameter int unsigned Port0Tags          = 16, \
  parameter int unsigned Lanes              = 2, \
  parameter bit          LeafLines          = 1'b1, \
  parameter int unsigned PrefetchLines      = 8, \
  parameter int unsigned Walks              = 16, \
  parameter int unsigned ContextSets        = 32, \
  parameter int unsigned ContextWays        = 2, \
  parameter int unsigned Iotlb4kSets        = 64, \
  parameter int unsigned Iotlb4kWays        = 4, \
  parameter int unsigned Iotlb4kPages       = 8, \
  parameter int unsigned Iotlb2mSets        = 32, \
  parameter int unsigned Iotlb2mWays        = 2, \
  parameter int unsigned Iotlb2mPages       = 8, \
  parameter int unsigned Iotlb1gSets        = 16, \
  parameter int unsigned Iotlb1gWays        = 1, \
  parameter int unsigned DomainGuesses      = 256, \
  parameter int unsigned PagingCacheSets    = 16, \
  parameter int unsigned PagingCacheWays    = 2, \
  parameter int unsigned InterruptCacheSets = 16, \
  parameter int unsigned InterruptCacheWays = 2

`define DMAR_TRANSLATE_MAP \
  .HostAddrWidth(HostAddrWidth), .GuestAddrWidth(GuestAddrWidth), .Sagaw(Sagaw), \
  .SuperPages(SuperPages), .DomainIdCode(DomainIdCode), .ProtectedLow(ProtectedLow), \
  .ProtectedHigh(ProtectedHigh), .ProtectedAlign(ProtectedAlign), \
  .ZeroLengthRead(ZeroLengthRead), .PassThrough(PassThrough), .SnoopControl(SnoopControl), \
  .DeviceTlb(DeviceTlb), .NoWriteFlag(NoWriteFlag), .InterruptRemapping(InterruptRemapping), \
  .PostedInterrupts(PostedInterrupts), .AbortMode(AbortMode), .Tags(Tags), .Port0Tags(Port0Tags), \
  .Lanes(Lanes), .LeafLines(LeafLines), .PrefetchLines(PrefetchLines), .Walks(Walks), \
  .ContextSets(ContextSets), .ContextWays(ContextWays), .Iotlb4kSets(Iotlb4kSets), \
  .Iotlb4kWays(Iotlb4kWays), .Iotlb4kPages(Iotlb4kPages), .Iotlb2mSets(Iotlb2mSets), \
  .Iotlb2mWays(Iotlb2mWays), .Iotlb2mPages(Iotlb2mPages), .Iotlb1gSets(Iotlb1gSets), \
  .Iotlb1gWays(Iotlb1gWays), .DomainGuesses(DomainGuesses), .PagingCacheSets(PagingCacheSets), \
  .PagingCacheWays(PagingCacheWays), .InterruptCacheSets(InterruptCacheSets), \
  .InterruptCacheWays(InterruptCacheWays)

`endif  // DMAR_PARAMETERS_SVH
