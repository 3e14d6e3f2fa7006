# SPDX-License-Identifier: Apache-2.0
# dmar_add_model(), dmar_add_netlist_model(): one Verilated dmar_top per configuration.
# dmar_add_core_model(): a Verilated dmar_core as a module for `dmar bench`.
# dmar_add_model_set(): a library with the registry of some of them.
find_package(verilator REQUIRED HINTS $ENV{VERILATOR_ROOT} /usr/share/verilator)
find_program(DMAR_CCACHE ccache)
set(DMAR_BENCH_DIR ${CMAKE_CURRENT_LIST_DIR})

# Another RTL than that of this repository, and how strictly Verilator looks at it: sim/mutation
# builds broken ones.
set(DMAR_RTL_ROOT ${CMAKE_SOURCE_DIR} CACHE PATH "Folder of the rtl/ that the models are built from")
set(DMAR_RTL_WARNINGS -Wall CACHE STRING "Options of Verilator that choose its warnings")

# RTL parameter and member of dmar::Config with the same meaning.
set(DMAR_CONFIG_MEMBERS
  VersionMajor=version_major HostAddrWidth=host_address_width GuestAddrWidth=guest_address_width Sagaw=sagaw
  SuperPages=super_pages DomainIdCode=domain_id_code FaultRecords=fault_records
  MaxAddrMask=max_address_mask ProtectedLow=protected_low ProtectedHigh=protected_high
  ProtectedAlign=protected_align ZeroLengthRead=zero_length_read PageSelective=page_selective
  PassThrough=pass_through SnoopControl=snoop_control Coherent=coherent DeviceTlb=device_tlb
  NoWriteFlag=no_write_flag PostedInterrupts=posted_interrupts
  CollapseFaults=collapse_faults InterruptRemapping=interrupt_remapping
  ExtendedInterruptMode=extended_interrupt_mode MaxInterruptMask=max_interrupt_mask
  AbortMode=abort_mode RootPointerFlush=root_pointer_flush
  InterruptPointerFlush=interrupt_pointer_flush WriteBufferFlush=write_buffer_flush)

# Sources, one per line, relative to DMAR_RTL_ROOT.
function(dmar_read_file_list list out)
  set_property(DIRECTORY ${CMAKE_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${list})
  file(STRINGS ${list} lines)
  set(files)
  foreach(line ${lines})
    string(STRIP "${line}" line)
    if(line AND NOT line MATCHES "^(#|//|[+-])")
      list(APPEND files ${DMAR_RTL_ROOT}/${line})
    endif()
  endforeach()
  set(${out} ${files} PARENT_SCOPE)
endfunction()

# Names of the models of a list file into `out`, the parameters of each into <name>_parameters.
function(dmar_read_models list out)
  get_filename_component(list ${list} ABSOLUTE)
  set_property(DIRECTORY ${CMAKE_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${list})
  file(STRINGS ${list} lines)
  set(names)
  foreach(line ${lines})
    if(line MATCHES "^(#|$)")
      continue()
    endif()
    string(REGEX REPLACE " +" ";" words "${line}")
    list(POP_FRONT words name)
    list(APPEND names ${name})
    set(${name}_parameters ${words} PARENT_SCOPE)
  endforeach()
  set(${out} ${names} PARENT_SCOPE)
endfunction()

# A Verilog literal as C++ writes it.
function(dmar_literal out value)
  string(REGEX REPLACE "^[0-9]+'b" "0b" value "${value}")
  string(REGEX REPLACE "^[0-9]+'h" "0x" value "${value}")
  set(${out} ${value} PARENT_SCOPE)
endfunction()

# "Name=value" parameters as C++: into `statements` what sets the same in a dmar::Config, into
# `values` all parameters of rtl/parameters.json, {"Name", value}, with the defaults of the others,
# into `id_width` that of the AXI IDs.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/rtl/parameters.json)
file(READ ${CMAKE_SOURCE_DIR}/rtl/parameters.json DMAR_PARAMETERS_JSON)
function(dmar_config_statements statements values id_width)
  set(text)
  foreach(parameter ${ARGN})
    string(REGEX MATCH "^([A-Za-z0-9]+)=(.+)$" matched "${parameter}")
    if(NOT matched)
      message(FATAL_ERROR "model parameter '${parameter}' is not Name=value")
    endif()
    set(name ${CMAKE_MATCH_1})
    dmar_literal(${name} "${CMAKE_MATCH_2}")
    foreach(member ${DMAR_CONFIG_MEMBERS})
      if(member MATCHES "^${name}=(.+)$")
        string(APPEND text "  config.${CMAKE_MATCH_1} = ${${name}};\n")
      endif()
    endforeach()
  endforeach()
  set(all)
  string(JSON count LENGTH "${DMAR_PARAMETERS_JSON}" parameters)
  math(EXPR last "${count} - 1")
  foreach(i RANGE ${last})
    string(JSON name GET "${DMAR_PARAMETERS_JSON}" parameters ${i} name)
    if(NOT DEFINED ${name})
      string(JSON default GET "${DMAR_PARAMETERS_JSON}" parameters ${i} default)
      dmar_literal(${name} "${default}")
    endif()
    string(APPEND all "      {\"${name}\", ${${name}}},\n")
  endforeach()
  set(${statements} "${text}" PARENT_SCOPE)
  set(${values} "${all}" PARENT_SCOPE)
  set(${id_width} ${IdWidth} PARENT_SCOPE)
endfunction()

# Generated code and run time: always optimised, never warned about, through ccache where present.
function(dmar_compile_generated target)
  target_compile_options(${target} PRIVATE -w $<$<NOT:$<CONFIG:Release>>:-O3>)
  if(DMAR_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set_target_properties(${target} PROPERTIES CXX_COMPILER_LAUNCHER ${DMAR_CCACHE})
  endif()
endfunction()

# The run time, which verilate() adds to each model, is compiled once for all of them: library
# `shared`, with what it is defined for.
function(dmar_share_runtime target shared)
  get_target_property(sources ${target} SOURCES)
  set(runtime ${sources})
  list(FILTER runtime INCLUDE REGEX "/include/verilated[^/]*\\.cpp$")
  list(REMOVE_ITEM sources ${runtime})
  set_target_properties(${target} PROPERTIES SOURCES "${sources}")
  if(NOT TARGET ${shared})
    find_package(Threads REQUIRED)
    add_library(${shared} STATIC ${runtime})
    target_include_directories(${shared} SYSTEM PUBLIC
      ${VERILATOR_ROOT}/include ${VERILATOR_ROOT}/include/vltstd)
    target_compile_definitions(${shared} PUBLIC VM_TRACE_VCD=0 VM_SC=0 ${ARGN})
    target_link_libraries(${shared} PUBLIC ZLIB::ZLIB Threads::Threads)
    dmar_compile_generated(${shared})
  endif()
  target_link_libraries(${target} PUBLIC ${shared})
endfunction()

# With DMAR_COVERAGE: Verilator's options for a model. Toggle points are expensive to compile, so
# only some models have them, for signals of up to 64 bits.
set(DMAR_COVERAGE_TOGGLE default CACHE STRING "Models with toggle coverage")
function(dmar_coverage_arguments name out)
  set(arguments)
  if(DMAR_COVERAGE)
    set(arguments --coverage-line --output-split 100000)  # fewer files, each with large headers
    if(name IN_LIST DMAR_COVERAGE_TOGGLE)
      list(APPEND arguments --coverage-toggle --coverage-max-width 64)
    endif()
  endif()
  set(${out} ${arguments} PARENT_SCOPE)
endfunction()

# Library dmar_model_<name>: the Verilated class and the function that describes it.
function(dmar_add_model_from name sources arguments)
  set(module dmar_${name})
  add_library(V${module} STATIC)
  dmar_coverage_arguments(${name} coverage)
  set(effort 3)
  if(DMAR_MODEL_EFFORT)
    set(effort ${DMAR_MODEL_EFFORT})
  endif()
  set(DMAR_COUNTERS "")
  if(DMAR_COVERAGE)
    set(effort 1)  # ten times the code
    set(DMAR_COUNTERS "#include \"V${module}___024root.h\"\n#include \"V${module}__Syms.h\"")
  endif()
  verilate(V${module} TOP_MODULE dmar_top PREFIX V${module} TRACE_FST SOURCES ${sources}
    INCLUDE_DIRS ${DMAR_RTL_ROOT}/rtl OPT_FAST -O${effort} OPT_SLOW -O0 OPT_GLOBAL -O3
    VERILATOR_ARGS -O3 -fno-const-bit-op-tree --assert --x-assign unique --x-initial unique
                   --timescale 1ns/1ns ${coverage} ${arguments})
  dmar_share_runtime(V${module} dmar_verilated
    VM_TRACE=1 VM_TRACE_FST=1 VM_COVERAGE=$<BOOL:${DMAR_COVERAGE}>)
  dmar_compile_generated(V${module})
  get_target_property(directories V${module} INTERFACE_INCLUDE_DIRECTORIES)
  target_include_directories(V${module} SYSTEM INTERFACE ${directories})
  dmar_config_statements(DMAR_CONFIG DMAR_VALUES DMAR_ID_WIDTH ${ARGN})
  set(DMAR_MODEL ${name})
  set(DMAR_MODULE ${module})
  configure_file(${DMAR_BENCH_DIR}/model.cpp.in ${CMAKE_CURRENT_BINARY_DIR}/model_${name}.cpp @ONLY)
  add_library(dmar_model_${name} STATIC ${CMAKE_CURRENT_BINARY_DIR}/model_${name}.cpp)
  target_link_libraries(dmar_model_${name} PUBLIC dmar_bench_core V${module})
  target_compile_options(dmar_model_${name} PRIVATE -O3)
endfunction()

# Sources of rtl/files.f, and Verilator's options for these parameters.
function(dmar_rtl_sources out)
  dmar_read_file_list(${DMAR_RTL_ROOT}/rtl/files.f sources)
  if(EXISTS ${DMAR_RTL_ROOT}/rtl/lint.vlt)
    list(PREPEND sources ${DMAR_RTL_ROOT}/rtl/lint.vlt)
  endif()
  set(${out} ${sources} PARENT_SCOPE)
endfunction()
function(dmar_rtl_arguments out)
  set(arguments ${DMAR_RTL_WARNINGS})
  foreach(parameter ${ARGN})
    list(APPEND arguments "-G${parameter}")
  endforeach()
  set(${out} ${arguments} PARENT_SCOPE)
endfunction()

# dmar_add_model(<name> [<Parameter>=<value> ...]): dmar_top from rtl/files.f, with the check of
# its drains.
function(dmar_add_model name)
  dmar_rtl_sources(sources)
  list(APPEND sources ${CMAKE_SOURCE_DIR}/tb/check/dmar_drain_check.sv
    ${CMAKE_SOURCE_DIR}/tb/check/drain_bind.sv)
  dmar_rtl_arguments(arguments ${ARGN})
  dmar_add_model_from(${name} "${sources}" "${arguments}" ${ARGN})
endfunction()

# dmar_add_core_model(<name> [<Parameter>=<value> ...]): module core_models/<name>.so, target
# dmar_core_<name>: a dmar_core as tb/perf/core_library.hpp loads it. Without waves and coverage,
# and with nothing visible but its two functions, so that many of them live in one program. Only
# `default` is there to run fast; the others are there to compile fast.
function(dmar_add_core_model name)
  set(module dmar_core_${name})
  set(effort 1)
  if(name STREQUAL default)
    set(effort 3)
  endif()
  dmar_rtl_sources(sources)
  dmar_rtl_arguments(arguments ${ARGN})
  add_library(V${module} STATIC EXCLUDE_FROM_ALL)
  verilate(V${module} TOP_MODULE dmar_core PREFIX V${module} SOURCES ${sources}
    INCLUDE_DIRS ${DMAR_RTL_ROOT}/rtl OPT_FAST -O${effort} OPT_SLOW -O0 OPT_GLOBAL -O3
    VERILATOR_ARGS -O3 -fno-const-bit-op-tree --assert --x-assign unique --x-initial unique
                   --timescale 1ns/1ns ${arguments})
  dmar_share_runtime(V${module} dmar_verilated_plain VM_TRACE=0 VM_TRACE_FST=0 VM_COVERAGE=0)
  dmar_compile_generated(V${module})
  get_target_property(directories V${module} INTERFACE_INCLUDE_DIRECTORIES)
  target_include_directories(V${module} SYSTEM INTERFACE ${directories})
  dmar_config_statements(DMAR_CONFIG unused_values unused_width ${ARGN})
  set(DMAR_MODEL ${name})
  set(DMAR_MODULE ${module})
  list(JOIN ARGN " " DMAR_PARAMETERS)
  configure_file(${CMAKE_SOURCE_DIR}/tb/perf/core_model.cpp.in
    ${CMAKE_CURRENT_BINARY_DIR}/${module}.cpp @ONLY)
  add_library(${module} MODULE EXCLUDE_FROM_ALL ${CMAKE_CURRENT_BINARY_DIR}/${module}.cpp)
  target_link_libraries(${module} PRIVATE V${module} dmar_options)
  target_compile_options(${module} PRIVATE -O3)
  set_target_properties(V${module} dmar_verilated_plain ${module} PROPERTIES
    POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  set_target_properties(${module} PROPERTIES PREFIX "" OUTPUT_NAME ${name}
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/core_models
    LINK_OPTIONS "-Wl,--exclude-libs,ALL,-Bsymbolic")
endfunction()

# dmar_add_netlist_model(<name> <file> [<Parameter>=<value> ...]): a synthesized dmar_top, with the
# parameters it was synthesized for. The file must exist when CMake runs. Verilator 5.006 leaves
# signals stale where words of a netlist depend on each other in a circle, though no bit does
# (UNOPTFLAT), so that is an error; netlist.sh writes single bits. Little time is spent in them, much
# in compiling them: two thirds of it for waves of gates, which they do without.
function(dmar_add_netlist_model name file)
  set(DMAR_MODEL_EFFORT 1)
  dmar_add_model_from(${name} "${DMAR_BENCH_DIR}/netlist.vlt;${file}"
    "-Wno-fatal;-Wno-lint;-Werror-UNOPTFLAT" ${ARGN})
endfunction()

# dmar_add_model_set(<target> <name> ...): the registry (bench/registry.hpp) of these models.
# A program links exactly one set.
function(dmar_add_model_set target)
  set(DMAR_DECLARATIONS)
  set(DMAR_CALLS)
  set(libraries)
  foreach(name ${ARGN})
    string(APPEND DMAR_DECLARATIONS "ModelInfo model_${name}();\n")
    list(APPEND DMAR_CALLS "model_${name}()")
    list(APPEND libraries dmar_model_${name})
  endforeach()
  list(JOIN DMAR_CALLS ", " DMAR_CALLS)
  set(registry ${CMAKE_CURRENT_BINARY_DIR}/${target}_registry.cpp)
  configure_file(${DMAR_BENCH_DIR}/registry.cpp.in ${registry} @ONLY)
  add_library(${target} STATIC ${registry})
  target_link_libraries(${target} PUBLIC dmar_bench_core ${libraries})
endfunction()
