// SPDX-License-Identifier: Apache-2.0
// Every type, encoding, table layout and pure function of the unit.
`default_nettype none
package dmar_pkg;

  typedef logic [15:0] source_id_t;  // bus 15:8, device 7:3, function 2:0
  typedef logic [15:0] domain_t;
  typedef logic [51:0] page_t;       // 4 KiB page number of a 64-bit address
  typedef logic [39:0] frame_t;      // 4 KiB frame number of a host address, at most 52 bits
  typedef logic [7:0]  tag_t;        // names a request between a port and the pipeline

  // The device port //

  // AxUSER (docs/integration.md)
  typedef struct packed {
    logic [2:0]  reserved;
    logic        no_write;      // ARUSER, of a translation request
    logic        no_snoop;
    logic        atomic;        // AWUSER
    logic        zero_length;   // ARUSER
    logic        execute;
    logic        privileged;
    logic [1:0]  at;
    logic [19:0] pasid;
    logic        pasid_valid;
    source_id_t  source_id;
  } user_t;

  // An address beat in the parts in which it is kept, each for those who read it: the address of
  // its page, for its translation alone; a PASID, which nobody looks at in legacy mode; its shape,
  // for the translation and for memory; and what tells the bytes of its data.
  typedef struct packed {
    page_t       page;
    logic        no_snoop;
    logic        special;       // zero-length read, or atomic
    logic [1:0]  at;
    logic        pasid_valid;
  } beat_target_t;
  localparam int unsigned BEAT_TARGET_WIDTH = 57;

  typedef struct packed {
    logic        execute;
    logic        privileged;
    logic [19:0] pasid;
  } beat_pasid_t;
  localparam int unsigned BEAT_PASID_WIDTH = 22;

  typedef struct packed {
    logic [11:0] offset;        // in the page
    logic [7:0]  len;
    logic [2:0]  size;
    logic [1:0]  burst;
    source_id_t  source_id;
  } beat_shape_t;
  localparam int unsigned BEAT_SHAPE_WIDTH = 41;

  typedef struct packed {
    logic [3:0]  offset;        // in 16 bytes
    logic [7:0]  len;
    logic [2:0]  size;
  } beat_data_t;
  localparam int unsigned BEAT_DATA_WIDTH = 15;

  // Requests //

  // AT field of a memory request
  localparam logic [1:0] AT_UNTRANSLATED        = 2'b00;
  localparam logic [1:0] AT_TRANSLATION_REQUEST = 2'b01;
  localparam logic [1:0] AT_TRANSLATED          = 2'b10;
  localparam logic [1:0] AT_RESERVED            = 2'b11;

  localparam logic [1:0] KIND_READ             = 2'd0;
  localparam logic [1:0] KIND_WRITE            = 2'd1;
  localparam logic [1:0] KIND_ATOMIC           = 2'd2;
  localparam logic [1:0] KIND_ZERO_LENGTH_READ = 2'd3;

  typedef struct packed {
    source_id_t  source_id;
    logic        pasid_valid;
    logic [19:0] pasid;
    logic [1:0]  at;
    logic        privileged;
    logic        execute;
    logic [1:0]  kind;
    logic        dword;      // a write of exactly one DWORD, all four bytes enabled
    logic        in_page;    // the whole access lies in one 4 KiB page
    logic        no_snoop;
    logic        no_write;   // NW of a translation request
    logic [63:0] address;
    logic [31:0] data;       // of such a write: with the address it names an interrupt
  } request_t;
  localparam int unsigned REQUEST_WIDTH = 143;

  typedef enum logic [2:0] {
    VerdictForward,    // goes to memory at the host page of the answer
    VerdictInterrupt,  // leaves as an interrupt message, see answer_t
    VerdictComplete,   // completes without an access
    VerdictFault,      // blocked, a fault condition
    VerdictBlock,      // blocked, no fault condition
    VerdictPost        // an interrupt that is posted to its descriptor, see posted_t
  } verdict_e;

  // What an interrupt-remapping table entry makes of a message, but for its address bits 63:12.
  typedef struct packed {
    logic [1:0]  address;    // bits 3:2; 11:4 and 1:0 are 0
    logic [15:0] data;       // bits 15:0; the others are 0
  } remapped_t;

  // What a posted interrupt asks for (VT-d 5.2), but for the page of its descriptor.
  typedef struct packed {
    logic [5:0]  line;       // bits 11:6 of the address of the descriptor
    logic [7:0]  vector_number;  // VV
    logic        urgent;     // URG
    logic        extended;   // EIME in force
    logic        fpd;        // keeps the faults of its descriptor out of the records
    logic [15:0] index;      // of its entry, for such a record
  } posted_t;
  localparam int unsigned POSTED_WIDTH = 33;
  // The answer to a translation request (VT-d 4.1.3): VerdictComplete, or a fault that aborts it.
  typedef struct packed {
    logic       aborted;      // completer abort, else a fault is an unsupported request
    logic       read;
    logic       write;
    logic       untranslated; // U: use untranslated requests only
    logic       snoop;        // N: accesses must snoop
    logic [1:0] size;         // as in leaf_t; the region begins at host_page
  } completion_t;
  localparam int unsigned COMPLETION_WIDTH = 7;

  typedef struct packed {
    verdict_e   verdict;
    logic [7:0] reason;
    logic       snoop;
    page_t      host_page;   // VerdictPost: of the descriptor
    logic       remapped;    // VerdictInterrupt: `message` replaces offset and data
    remapped_t  message;
    completion_t completion; // of a translation request
    posted_t    posted;      // VerdictPost
    logic       epoch;       // drain colour, see dmar_flush
  } answer_t;
  localparam int unsigned ANSWER_WIDTH = 84 + COMPLETION_WIDTH + POSTED_WIDTH;

  // As a requester hands it over.
  typedef struct packed {
    source_id_t source_id;
    page_t      page;        // of the descriptor
    posted_t    posted;
  } posting_t;

  // A translation completion entry; without R and W it is 0. Bits 63:11 are the region with its
  // size code: below the highest bit of the size, which is 0, all bits are 1.
  function automatic logic [63:0] completion_entry(
      input logic read, input logic write, input logic untranslated, input logic snoop,
      input logic [1:0] size, input logic [51:0] page);
    logic [17:0] code;
    case (size)
      2'd1:    code = 18'h0_00FF;
      2'd2:    code = 18'h1_FFFF;
      default: code = 18'h0_0000;
    endcase
    completion_entry = '0;
    if (read || write) begin
      completion_entry = {page[51:18], page[17:0] | code, size != 2'd0, snoop, 7'h00,
                          untranslated, write, read};
    end
  endfunction

  // One verdict as the monitor shows it.
  typedef struct packed {
    source_id_t  source_id;
    logic [63:0] address;     // of the request
    logic [1:0]  at;
    logic [1:0]  kind;
    verdict_e    verdict;
    logic [7:0]  reason;
    logic        hit;
  } verdict_t;
  localparam int unsigned VERDICT_WIDTH = 96;

  // Fault reasons (VT-d 7.1.3, 5.1.4.1) //

  localparam logic [7:0] FR_NONE                   = 8'h00;
  localparam logic [7:0] FR_ROOT_NOT_PRESENT       = 8'h01;
  localparam logic [7:0] FR_CONTEXT_NOT_PRESENT    = 8'h02;
  localparam logic [7:0] FR_CONTEXT_INVALID        = 8'h03;
  localparam logic [7:0] FR_ADDRESS_BEYOND_WIDTH   = 8'h04;
  localparam logic [7:0] FR_WRITE_NOT_PERMITTED    = 8'h05;
  localparam logic [7:0] FR_READ_NOT_PERMITTED     = 8'h06;
  localparam logic [7:0] FR_PAGING_ENTRY_ACCESS    = 8'h07;
  localparam logic [7:0] FR_ROOT_ACCESS            = 8'h08;
  localparam logic [7:0] FR_CONTEXT_ACCESS         = 8'h09;
  localparam logic [7:0] FR_ROOT_RESERVED          = 8'h0A;
  localparam logic [7:0] FR_CONTEXT_RESERVED       = 8'h0B;
  localparam logic [7:0] FR_PAGING_ENTRY_RESERVED  = 8'h0C;
  localparam logic [7:0] FR_TRANSLATION_TYPE       = 8'h0D;
  localparam logic [7:0] FR_INTERRUPT_RANGE_OUTPUT = 8'h0E;
  localparam logic [7:0] FR_INTERRUPT_RESERVED     = 8'h20;
  localparam logic [7:0] FR_INTERRUPT_INDEX        = 8'h21;
  localparam logic [7:0] FR_IRTE_NOT_PRESENT       = 8'h22;
  localparam logic [7:0] FR_IRTE_ACCESS            = 8'h23;
  localparam logic [7:0] FR_IRTE_RESERVED          = 8'h24;
  localparam logic [7:0] FR_INTERRUPT_COMPATIBILITY = 8'h25;
  localparam logic [7:0] FR_INTERRUPT_SOURCE       = 8'h26;
  localparam logic [7:0] FR_DESCRIPTOR_ACCESS      = 8'h27;
  localparam logic [7:0] FR_DESCRIPTOR_RESERVED    = 8'h28;
  localparam logic [7:0] FR_INTERRUPT_REQUEST      = 8'h29;
  localparam logic [7:0] FR_TABLE_MODE             = 8'h30;
  localparam logic [7:0] FR_PASID_IN_LEGACY_MODE   = 8'h31;
  localparam logic [7:0] FR_ABORT_MODE             = 8'h33;

  // Faults of interrupt requests are 20h to 2Fh; their records have no type and no address.
  function automatic logic is_interrupt_fault(input logic [7:0] reason);
    is_interrupt_fault = ((reason & 8'hF0) == 8'h20);
  endfunction

  // Is a translation request that meets the fault aborted? The others are unsupported requests, at
  // which a device gives up translation (VT-d 7.1.3).
  function automatic logic aborts_translation(input logic [7:0] reason);
    case (reason)
      FR_ROOT_NOT_PRESENT, FR_CONTEXT_NOT_PRESENT, FR_TRANSLATION_TYPE, FR_PASID_IN_LEGACY_MODE,
      FR_ABORT_MODE: aborts_translation = 1'b0;
      default:       aborts_translation = 1'b1;
    endcase
  endfunction

  // What the fault unit records of a fault.
  typedef struct packed {
    source_id_t source_id;
    logic [7:0] reason;
    logic [1:0] at;          // 00 in a build without DeviceTlb
    logic [1:0] kind;
    page_t      page;        // of an interrupt fault: the index in bits 51:36, else 0
  } fault_t;

  // Translation //

  // Whom what the caches of translations hold belongs to. Every comparison of it is made by the
  // functions below, or bit by bit by the caches, which keep as many bits as a build has.
  typedef struct packed {
    domain_t domain;
  } cache_tag_t;
  localparam int unsigned CACHE_TAG_WIDTH = 16;
  localparam int unsigned TAG_HASH_WIDTH  = 4;

  function automatic domain_t tag_domain(input logic [CACHE_TAG_WIDTH-1:0] cache_tag);
    tag_domain = cache_tag;
  endfunction
  function automatic logic [TAG_HASH_WIDTH-1:0] tag_hash(
      input logic [CACHE_TAG_WIDTH-1:0] cache_tag);
    tag_hash = TAG_HASH_WIDTH'(cache_tag);
  endfunction

  // What a domain adds to the set index of the caches of translations: devices use the same
  // addresses, each in a domain of its own. Ids are small numbers and regions are contiguous, so
  // the ids count from the top bit on.
  typedef logic [7:0] spread_t;
  localparam int unsigned SPREAD_WIDTH = 8;
  function automatic spread_t tag_spread(input domain_t domain);
    for (int unsigned i = 0; i < 8; i++) tag_spread[i] = domain[7-i] ^ domain[8+i];
  endfunction

  // Does an invalidation concern a walk, or what one has found? Rather once too often: an
  // invalidation of contexts may concern every translation, one of pages all those whose tag has
  // the same hash. Before its context-entry a walk has no tag, and has used no page.
  function automatic logic flush_concerns(
      input logic ctx, input logic pages, input logic irte, input logic by_tag,
      input logic [TAG_HASH_WIDTH-1:0] flush_hash, input logic is_interrupt,
      input logic tag_valid, input logic [TAG_HASH_WIDTH-1:0] hash);
    flush_concerns = is_interrupt ? irte
        : ctx || (pages && tag_valid && (!by_tag || hash == flush_hash));
  endfunction

  // Context-entry fields that outlive the walk (VT-d 9.3).
  typedef struct packed {
    logic       fpd;
    logic       pass_through; // TT = 10
    logic       device_tlb;   // TT = 01
    logic [2:0] levels;       // 3..5
    cache_tag_t cache_tag;
    frame_t     frame;        // SSPTPTR
  } ctx_t;
  localparam int unsigned CTX_WIDTH = 6 + CACHE_TAG_WIDTH + 40;

  // The outcome of a second-stage walk. read = write = 0: no access.
  typedef struct packed {
    frame_t     frame;        // first 4 KiB frame of the page
    logic [1:0] size;         // 0 4 KiB, 1 2 MiB, 2 1 GiB
    logic       read;
    logic       write;
    logic       snoop;        // SNP
  } leaf_t;

  // A table and the permissions accumulated above it: what a paging-structure cache holds.
  typedef struct packed {
    frame_t frame;
    logic   read;
    logic   write;
  } table_t;
  localparam int unsigned TABLE_WIDTH = 42;

  // A valid interrupt-remapping table entry, as the interrupt-entry cache holds it (VT-d 9.9,
  // 9.10). Only builds with posted interrupts have what stands before `validation`.
  typedef struct packed {
    logic        posted;        // IM: posted format
    logic        fpd;           // of this format
    logic        urgent;        // URG
    logic [45:0] descriptor;    // its address, in 64 bytes
    logic [1:0]  validation;    // SVT
    logic [1:0]  qualifier;     // SQ
    source_id_t  source_id;     // SID
    logic [31:0] destination;   // DST
    logic [7:0]  vector_number; // V; of posted format VV
    logic [2:0]  delivery;      // DLM
    logic        trigger;       // TM
    logic        hint;          // RH
    logic        logical;       // DM
  } irte_t;
  localparam int unsigned REMAPPED_IRTE_WIDTH = 66;
  localparam int unsigned IRTE_WIDTH          = REMAPPED_IRTE_WIDTH + 49;

  // What a request that the lookup could not answer needs.
  localparam logic [1:0] NEED_NOTHING = 2'd0;  // its verdict stands
  localparam logic [1:0] NEED_PAGE    = 2'd1;  // its translation
  localparam logic [1:0] NEED_CONTEXT = 2'd2;  // its context-entry
  localparam logic [1:0] NEED_ENTRY   = 2'd3;  // its interrupt-remapping table entry

  // What a request that was no hit asks for. It does not change until the request is answered.
  typedef struct packed {
    source_id_t source_id;
    logic [1:0] at;
    logic [1:0] kind;
    logic       no_snoop;
    logic       no_write;
    page_t      page;       // of an interrupt with an index: the index, in bits 15:0
    logic [1:0] need;
    verdict_e   verdict;    // NEED_NOTHING
    logic [7:0] reason;
  } asked_t;
  localparam int unsigned ASKED_WIDTH = 87;

  // A request that was no hit.
  typedef struct packed {
    asked_t     asked;
    logic       fresh;      // what is cached cannot answer it: walk from the root
    logic       ctx_valid;
    ctx_t       ctx;
  } miss_t;
  localparam int unsigned MISS_WIDTH = ASKED_WIDTH + 2 + CTX_WIDTH;

  // Structures that walks read. Second-stage tables have levels, 5 down to 1; elsewhere the level
  // is 0.
  localparam logic [2:0] STRUCTURE_ROOT         = 3'd0;
  localparam logic [2:0] STRUCTURE_CONTEXT      = 3'd1;
  localparam logic [2:0] STRUCTURE_SECOND_STAGE = 3'd2;
  localparam logic [2:0] STRUCTURE_INTERRUPT    = 3'd3;

  // What the decoder of a structure makes of an entry.
  typedef struct packed {
    logic       fault;
    logic [7:0] reason;       // of the fault
    logic       leaf;         // leads to no other table
    frame_t     frame;        // next table; of a leaf of second-stage tables the page
    logic       read;         // permissions, within those of the tables above
    logic       write;
  } decoded_t;

  // What a walk is for. It does not change on the way.
  typedef struct packed {
    source_id_t source_id;
    logic       is_interrupt; // to an interrupt-remapping table entry
    logic       context_only; // to a context-entry, and not to a page
    page_t      page;         // sought page; of an interrupt the index, in bits 15:0
    tag_t       owner;        // the request that started it
    logic       owned;        // else it was started ahead of any request
    logic       fresh;        // uses nothing cached
    logic       line;         // reads the last table by lines of eight entries
  } seek_t;

  // How far it has come.
  typedef struct packed {
    logic [2:0] structure;    // entry being read
    logic [2:0] level;
    logic       top;          // it is reached through SSPTPTR
    table_t     at;           // table being read; the permissions down to it
    logic       ctx_valid;    // the context-entry is known; its fields:
    logic       fpd;
    logic       pass_through;
    logic       device_tlb;
    logic [2:0] levels;
    cache_tag_t cache_tag;
  } progress_t;

  // What a step of a walk found, or what needed no walk.
  typedef enum logic [2:0] {
    FoundContext,   // a context-entry
    FoundTable,     // the next paging table
    FoundLeaf,
    FoundEntry,     // an interrupt-remapping table entry, in memory or in its cache
    FoundFault,
    FoundVerdict,   // the request needed no table
    FoundNothing    // an invalidation overtook the walk
  } found_e;

  typedef struct packed {
    found_e     found;
    logic       direct;       // for the owner alone, without a walk
    logic       ends;         // nothing more to read for these requests
    logic       cached;       // FoundEntry: from the cache
    verdict_e   verdict;      // FoundVerdict
    logic [7:0] reason;       // FoundVerdict, FoundFault
    seek_t      seek;
    progress_t  progress;     // behind the step; FoundContext, FoundTable: `at`, `level`
    leaf_t      leaf;
    irte_t      irte;
  } result_t;

  // Control and invalidation //

  // RTADDR.TTM
  localparam logic [1:0] TTM_LEGACY = 2'b00;
  localparam logic [1:0] TTM_ABORT  = 2'b11;

  // Control state in force. It changes only while the lookup pipeline is empty.
  typedef struct packed {
    logic        translation_enabled;
    logic [1:0]  ttm;
    page_t       root_page;
    logic        protection_enabled;
    logic        interrupt_enabled;      // IRES
    logic        compatibility_allowed;  // CFIS
    page_t       irt_page;               // interrupt-remapping table, as latched with ...
    logic        irt_extended;           // EIME
    logic [3:0]  irt_size;               // S: 2^(S+1) entries
  } control_t;

  typedef struct packed {
    logic       drain;        // done only when DMA released before is visible
    logic       apply;        // take over the pending control state
    logic       all;          // every entry of the chosen caches
    logic       ctx;          // chosen caches: context
    logic       iotlb;        //   IOTLB
    logic       paging;      //   paging-structure caches
    logic       irte;        //   interrupt-entry cache
    logic       by_domain;
    cache_tag_t cache_tag;
    logic       by_source;
    source_id_t source_id;
    source_id_t source_mask;  // 1: compare
    logic       by_page;
    page_t      page;         // interrupt-entry cache: the index, in bits 15:0
    page_t      page_mask;    // 1: compare
  } flush_t;

  localparam logic [1:0] GRANULARITY_NONE   = 2'b00;
  localparam logic [1:0] GRANULARITY_GLOBAL = 2'b01;
  localparam logic [1:0] GRANULARITY_DOMAIN = 2'b10;
  localparam logic [1:0] GRANULARITY_NARROW = 2'b11;  // device or page

  // What an invalidation descriptor asks for.
  localparam logic [2:0] INV_CONTEXT   = 3'd0;
  localparam logic [2:0] INV_IOTLB     = 3'd1;
  localparam logic [2:0] INV_INTERRUPT = 3'd2;
  localparam logic [2:0] INV_WAIT      = 3'd3;
  localparam logic [2:0] INV_DEVICE    = 3'd4;  // the TLB of a device

  // Source-id bits that a function mask leaves to compare (VT-d 6.5.2.1).
  function automatic logic [15:0] function_mask(input logic [1:0] fm);
    case (fm)
      2'b00:   function_mask = 16'hFFFF;
      2'b01:   function_mask = 16'hFFFB;
      2'b10:   function_mask = 16'hFFF9;
      default: function_mask = 16'hFFF8;
    endcase
  endfunction

  // Interrupt-index bits that an index mask leaves to compare.
  function automatic logic [15:0] index_mask(input logic [4:0] im);
    index_mask = 16'hFFFF << im;
  endfunction

  // Page-number bits that an address mask leaves to compare.
  function automatic logic [51:0] address_mask(input logic [5:0] am);
    address_mask = {52{1'b1}} << am;
  endfunction

  // FEE0_0000h to FEEF_FFFFh (VT-d 3.15)
  function automatic logic in_interrupt_range(input logic [51:0] page);
    in_interrupt_range = ((page >> 8) == 52'h0_0000_0000_0FEE);
  endfunction

  // The same, of a whole page of the size of a leaf_t.
  function automatic logic reaches_interrupt_range(input logic [39:0] frame,
                                                   input logic [1:0] size);
    case (size)
      2'd1:    reaches_interrupt_range = ((frame >> 9) == 40'h00_0000_07F7);
      2'd2:    reaches_interrupt_range = ((frame >> 18) == 40'h00_0000_0003);
      default: reaches_interrupt_range = ((frame >> 8) == 40'h00_0000_0FEE);
    endcase
  endfunction

  // Messages between the unit and devices with TLBs of their own (PCIe ATS) //

  localparam logic [1:0] MESSAGE_INVALIDATE = 2'd0;  // Invalidate Request, to a device
  localparam logic [1:0] MESSAGE_COMPLETION = 2'd1;  // Invalidate Completion, of a device

  typedef struct packed {
    logic [1:0]  kind;
    source_id_t  source_id;    // the device
    logic        pasid_valid;  // a PASID prefix
    logic [19:0] pasid;
    logic [8:0]  tag;          // request: ITag in bits 4:0; completion: count in bits 2:0, 0 says 8
    logic [63:0] payload;      // request: 0 Global, 11 S, 63:12 address; completion: ITags in 31:0
  } device_message_t;

  // Registers //

  // One 32-bit register access; `valid` lasts one clock.
  typedef struct packed {
    logic        valid;
    logic        write;
    logic [9:0]  word;    // register offset / 4
    logic [31:0] data;
  } reg_access_t;

  // A 4-byte write that the unit makes on its own: wait status or event message.
  typedef struct packed {
    logic [63:0] address;
    logic [31:0] data;
  } message_t;

  // What stops the invalidation queue, or is told of it: bits of FSTS
  typedef struct packed {
    logic ite;      // a device did not answer in time
    logic ice;      // one answered what it was not asked
    logic iqe;      // a descriptor cannot be carried out
  } queue_errors_t;

  // The table port //

  typedef struct packed {
    logic [5:0]  id;
    logic [63:0] address;
    logic [1:0]  len;        // beats, less one
    logic        wide;       // beats of 16 bytes, else 8
    logic        wrap;       // begins inside its line and turns at the end of it
    logic        snoop;
    logic        exclusive;  // the read of an atomic update
  } table_read_t;

  typedef struct packed {
    logic [5:0]  id;
    logic [63:0] address;
    logic [1:0]  len;        // beats, less one
    logic [2:0]  size;       // log2 of the bytes of a beat
    logic        exclusive;  // the write of an atomic update
    logic        message;    // to an interrupt controller
  } table_write_t;
  localparam int unsigned TABLE_WRITE_WIDTH = 77;

  // One beat of it.
  typedef struct packed {
    logic [15:0]  strobe;
    logic [127:0] data;
  } table_data_t;
  localparam int unsigned TABLE_DATA_WIDTH = 144;

  // Strobes of one DWORD, by bits 3:2 of its address.
  function automatic logic [15:0] dword_strobe(input logic [1:0] lane);
    dword_strobe = 16'h000F << {lane, 2'b00};
  endfunction

  // The update of one line.
  typedef enum logic [1:0] {
    UpdateDone,      // written, and nobody else wrote in between
    UpdateGivenUp,   // the client wants no write
    UpdateFailed     // memory answered with an error, or has no monitor
  } update_e;

  localparam logic [1:0] RESP_OKAY      = 2'b00;
  localparam logic [1:0] RESP_EXCLUSIVE = 2'b01;

  // Invalidation queue error causes (IQERCD.IQEI)
  localparam logic [3:0] IQEI_TAIL       = 4'd1;
  localparam logic [3:0] IQEI_FETCH      = 4'd2;
  localparam logic [3:0] IQEI_TYPE       = 4'd3;
  localparam logic [3:0] IQEI_RESERVED   = 4'd4;
  localparam logic [3:0] IQEI_WIDTH      = 4'd5;
  localparam logic [3:0] IQEI_TAIL_ALIGN = 4'd6;
  localparam logic [3:0] IQEI_TABLE_MODE = 4'd7;

  // Attributes on both memory ports. That a write is answered has to mean that everyone sees it
  // (VT-d 6.5.4), so no write is bufferable. Non-secure, data, not privileged: a device does not
  // choose.
  localparam logic [3:0] CACHE_DEVICE = 4'b0000;  // non-bufferable device
  localparam logic [3:0] CACHE_MEMORY = 4'b0010;  // normal, non-cacheable, non-bufferable
  localparam logic [2:0] PROT_DATA    = 3'b010;

  // IDs on the table port
  localparam logic [5:0] ID_QUEUE       = 6'd32;  // below it: the walk that reads
  localparam logic [5:0] ID_STATUS      = 6'd33;
  localparam logic [5:0] ID_FAULT_EVENT = 6'd34;
  localparam logic [5:0] ID_INV_EVENT   = 6'd35;
  localparam logic [5:0] ID_POSTING     = 6'd36;  // update of a posted descriptor, read and write
  localparam logic [5:0] ID_NOTIFY      = 6'd37;

endpackage
`default_nettype wire
