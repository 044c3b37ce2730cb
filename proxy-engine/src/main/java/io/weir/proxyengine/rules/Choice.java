package io.weir.proxyengine.rules;

/** What a rule says of something that is else decided by the options of the proxy. */
public enum Choice {
    YES,
    NO,
    /** Nothing: the options decide. */
    UNSAID
}
