package io.weir.proxyengine.rules;

/**
 * A list in memory. Immutable.
 *
 * @param ignored lines that were neither name nor address
 */
record LoadedList(NameTable names, AddressRanges networks, long ignored) {
    long bytes() {
        return names.bytes() + networks.bytes();
    }
}
