package io.weir.proxyengine.rules;

import java.net.InetAddress;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A condition made ready to be asked. Immutable; any thread; asking is bounded work and waits for nothing. */
sealed interface CompiledTest {
    /** Whether one of the values holds. */
    boolean matches(Asked asked, @Nullable InetAddress address);

    record Host(HostTest test) implements CompiledTest {
        @Override
        public boolean matches(Asked asked, @Nullable InetAddress address) {
            return test.matches(asked.host());
        }
    }

    record Address(List<AddressRanges> ranges) implements CompiledTest {
        @Override
        public boolean matches(Asked asked, @Nullable InetAddress address) {
            return address != null && contains(ranges, address);
        }
    }

    record Client(List<AddressRanges> ranges) implements CompiledTest {
        @Override
        public boolean matches(Asked asked, @Nullable InetAddress address) {
            return contains(ranges, asked.client());
        }
    }

    record Port(BitSet ports) implements CompiledTest {
        @Override
        public boolean matches(Asked asked, @Nullable InetAddress address) {
            return ports.get(asked.port());
        }
    }

    record Protocol(Set<Scheme> schemes) implements CompiledTest {
        @Override
        public boolean matches(Asked asked, @Nullable InetAddress address) {
            return schemes.contains(asked.scheme());
        }
    }

    /** Methods are told apart by case, but a rule is not to be evaded by it. */
    record Method(List<String> methods) implements CompiledTest {
        @Override
        public boolean matches(Asked asked, @Nullable InetAddress address) {
            for (int i = 0; i < methods.size(); i++) {
                if (methods.get(i).equalsIgnoreCase(asked.method())) {
                    return true;
                }
            }
            return false;
        }
    }

    record User(Set<String> users) implements CompiledTest {
        @Override
        public boolean matches(Asked asked, @Nullable InetAddress address) {
            return users.contains(asked.user());
        }
    }

    record Listener(Set<String> names) implements CompiledTest {
        @Override
        public boolean matches(Asked asked, @Nullable InetAddress address) {
            return names.contains(asked.listener());
        }
    }

    private static boolean contains(List<AddressRanges> ranges, InetAddress address) {
        for (int i = 0; i < ranges.size(); i++) {
            if (ranges.get(i).contains(address)) {
                return true;
            }
        }
        return false;
    }
}
