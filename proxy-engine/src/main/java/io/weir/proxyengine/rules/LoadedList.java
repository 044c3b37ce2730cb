package io.weir.proxyengine.rules;

/**
 * A list in memory. Immutable.
 *
 * @param ignored lines that were neither name nor address
 * @param sha256 of the file's bytes, in hex; empty if it was not read
 */
record LoadedList(NameTable names, AddressRanges networks, long ignored, String sha256) {
    long bytes() {
        return names.bytes() + networks.bytes();
    }
}
