package io.weir.proxyengine.rules;

import java.util.List;

/**
 * Whether the host is one of a condition's. Immutable.
 *
 * @param tables names of the rule itself and of lists
 */
record HostTest(
        List<NameTable> tables, List<String> addresses, List<HostGlob> globs, List<HostExpression> expressions) {
    boolean matches(HostName host) {
        for (int i = 0; i < tables.size(); i++) {
            if (tables.get(i).matches(host)) {
                return true;
            }
        }
        for (int i = 0; i < globs.size(); i++) {
            if (globs.get(i).matches(host.text())) {
                return true;
            }
        }
        if (addresses.contains(host.text())) {
            return true;
        }
        for (int i = 0; i < expressions.size(); i++) {
            if (expressions.get(i).matches(host.text())) {
                return true;
            }
        }
        return false;
    }
}
