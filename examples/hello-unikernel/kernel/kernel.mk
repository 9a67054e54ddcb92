# Builds unikernels from this folder. The including Makefile sets KERNEL (the path here) and APPS (one C file each).
# The same sources and the same compiler give the same bytes, wherever they lie.

ifeq ($(origin CC),default)
CC := $(CROSS_COMPILE)gcc
endif
OBJCOPY ?= $(CROSS_COMPILE)objcopy

MACHINE := $(shell $(CC) -dumpmachine 2>/dev/null)
ifeq ($(filter x86_64-%,$(filter-out %-apple-% %-darwin%,$(MACHINE))),)
ifneq ($(MAKECMDGOALS),clean)
$(error $(CC) builds for '$(MACHINE)', but this needs a gcc for x86-64 ELF. Install one and name its prefix, \
for example: make CROSS_COMPILE=x86_64-elf- (Homebrew: x86_64-elf-gcc; Debian on ARM: gcc-x86-64-linux-gnu, \
CROSS_COMPILE=x86_64-linux-gnu-))
endif
endif

BUILD := build
CFLAGS := -std=gnu11 -O2 -Wall -Wextra -Werror -ffreestanding -fno-pic -fno-pie -mno-red-zone -mgeneral-regs-only \
	-mcmodel=small -fno-stack-protector -fno-asynchronous-unwind-tables -fcf-protection=none -fno-strict-aliasing \
	-fno-tree-loop-distribute-patterns -fno-common -ffunction-sections -fdata-sections \
	-ffile-prefix-map=$(KERNEL)=kernel -I$(KERNEL)/..
LDFLAGS := -nostdlib -static -no-pie -Wl,--build-id=none -Wl,--gc-sections -Wl,-z,max-page-size=4096 \
	-Wl,-z,noexecstack -T $(KERNEL)/link.ld

SOURCES := $(sort $(wildcard $(KERNEL)/*.c $(KERNEL)/*.S))
OBJECTS := $(patsubst $(KERNEL)/%,$(BUILD)/kernel/%.o,$(SOURCES))

all: $(APPS:%=$(BUILD)/%.elf)

$(BUILD)/%.elf: $(BUILD)/%.symbols
	$(OBJCOPY) --strip-all $< $@

# Kept for debuggers: the addresses of a panic are names here.
.SECONDARY:
$(BUILD)/%.symbols: $(BUILD)/%.c.o $(OBJECTS) $(KERNEL)/link.ld
	$(CC) $(LDFLAGS) -o $@ $(OBJECTS) $<

$(BUILD)/%.c.o: %.c $(KERNEL)/kernel.mk | $(BUILD)/kernel
	$(CC) $(CFLAGS) -MMD -c -o $@ $<

$(BUILD)/kernel/%.o: $(KERNEL)/% $(KERNEL)/kernel.mk | $(BUILD)/kernel
	$(CC) $(CFLAGS) -MMD -c -o $@ $<

$(BUILD)/kernel:
	mkdir -p $@

clean:
	rm -rf $(BUILD)

.PHONY: all clean
-include $(wildcard $(BUILD)/*.d $(BUILD)/kernel/*.d)
