package io.weir.proxyengine.rules;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A set of addresses, as ranges that are sorted and apart; made for millions. Immutable. A range of IPv4 costs 8 bytes, one of IPv6 32.
 *
 * <p>Numbers are shifted by half their range, so that Java's order is that of addresses.
 */
final class AddressRanges {
    static final AddressRanges EMPTY = new Builder().build();

    private final int[] starts4;
    private final int[] ends4;
    private final long[] ranges6; // start high, start low, end high, end low

    private AddressRanges(int[] starts4, int[] ends4, long[] ranges6) {
        this.starts4 = starts4;
        this.ends4 = ends4;
        this.ranges6 = ranges6;
    }

    /** Whether the address, or the IPv4 address for which it stands, is one of them. */
    boolean contains(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length == 4) {
            return has4(bytes);
        }
        if (has6(bytes)) {
            return true;
        }
        byte[] inside = starts4.length == 0 ? bytes : EmbeddedIpv4.of(address).getAddress();
        return inside.length == 4 && has4(inside);
    }

    private boolean has4(byte[] bytes) {
        int address = ByteBuffer.wrap(bytes).getInt() ^ Integer.MIN_VALUE;
        int found = Arrays.binarySearch(starts4, address);
        int at = found >= 0 ? found : -found - 2;
        return at >= 0 && address <= ends4[at];
    }

    private boolean has6(byte[] bytes) {
        ByteBuffer both = ByteBuffer.wrap(bytes);
        long high = both.getLong() ^ Long.MIN_VALUE;
        long low = both.getLong() ^ Long.MIN_VALUE;
        int from = 0;
        int to = ranges6.length / 4;
        while (from < to) { // to is the first whose start is behind the address
            int middle = (from + to) >>> 1;
            if (compare(ranges6[4 * middle], ranges6[4 * middle + 1], high, low) <= 0) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from > 0 && compare(high, low, ranges6[4 * from - 2], ranges6[4 * from - 1]) <= 0;
    }

    private static int compare(long high, long low, long otherHigh, long otherLow) {
        int first = Long.compare(high, otherHigh);
        return first != 0 ? first : Long.compare(low, otherLow);
    }

    /** How many ranges. */
    int size() {
        return starts4.length + ranges6.length / 4;
    }

    /** What it takes in memory. */
    long bytes() {
        return 8L * starts4.length + 8L * ranges6.length;
    }

    /** Collects networks. One thread. */
    static final class Builder {
        private record Range6(long startHigh, long startLow, long endHigh, long endLow) {}

        private long[] ranges4 = new long[4]; // start, end
        private int count4;
        private final List<Range6> ranges6 = new ArrayList<>();

        /**
         * Adds {@code 10.0.0.0/8}, {@code 2001:db8::/32}, or an address; no look-up.
         *
         * @return what is wrong with it; null if nothing
         */
        @Nullable String add(String text) {
            int slash = text.indexOf('/');
            String host = slash < 0 ? text : text.substring(0, slash);
            InetAddress address = host.indexOf('%') >= 0 ? null : NetUtil.createInetAddressFromIpAddressString(host);
            if (address == null) {
                return "is no network: write it as 10.0.0.0/8 or 2001:db8::/32, or as an address";
            }
            byte[] start = address.getAddress();
            int bits = slash < 0 ? start.length * 8 : prefix(text, slash + 1);
            if (bits < 0 || bits > start.length * 8) {
                return "is no network: its prefix has 0 to " + start.length * 8 + " bits";
            }
            byte[] end = start.clone();
            for (int bit = bits; bit < start.length * 8; bit++) {
                int mask = 0x80 >> (bit & 7);
                if ((start[bit >> 3] & mask) != 0) {
                    return "is no network: it has bits set behind its prefix";
                }
                end[bit >> 3] |= (byte) mask;
            }
            add(ByteBuffer.wrap(start), ByteBuffer.wrap(end));
            return null;
        }

        private static int prefix(String text, int from) {
            int length = text.length() - from;
            if (length < 1 || length > 3) {
                return -1;
            }
            int bits = 0;
            for (int i = from; i < text.length(); i++) {
                int digit = text.charAt(i) - '0';
                if (digit < 0 || digit > 9) {
                    return -1;
                }
                bits = bits * 10 + digit;
            }
            return bits;
        }

        private void add(ByteBuffer start, ByteBuffer end) {
            if (start.capacity() == 4) {
                if (count4 == ranges4.length) {
                    ranges4 = Arrays.copyOf(ranges4, count4 * 2);
                }
                ranges4[count4++] = ((long) (start.getInt() ^ Integer.MIN_VALUE) << 32) | (end.getInt() & 0xffff_ffffL);
            } else {
                ranges6.add(new Range6(
                        start.getLong() ^ Long.MIN_VALUE,
                        start.getLong() ^ Long.MIN_VALUE,
                        end.getLong() ^ Long.MIN_VALUE,
                        end.getLong() ^ Long.MIN_VALUE));
            }
        }

        AddressRanges build() {
            Arrays.sort(ranges4, 0, count4);
            int[] starts = new int[count4];
            int[] ends = new int[count4];
            int apart = 0;
            for (int i = 0; i < count4; i++) {
                int start = (int) (ranges4[i] >> 32);
                int end = (int) ranges4[i] ^ Integer.MIN_VALUE;
                if (apart > 0 && start <= ends[apart - 1]) { // networks lie in one another or apart
                    ends[apart - 1] = Math.max(end, ends[apart - 1]);
                } else {
                    starts[apart] = start;
                    ends[apart++] = end;
                }
            }
            return new AddressRanges(Arrays.copyOf(starts, apart), Arrays.copyOf(ends, apart), build6());
        }

        private long[] build6() {
            ranges6.sort((a, b) -> compare(a.startHigh, a.startLow, b.startHigh, b.startLow));
            long[] ranges = new long[4 * ranges6.size()];
            int apart = 0;
            for (Range6 each : ranges6) {
                boolean inside = apart > 0
                        && compare(each.startHigh, each.startLow, ranges[4 * apart - 2], ranges[4 * apart - 1]) <= 0;
                if (!inside) {
                    ranges[4 * apart] = each.startHigh;
                    ranges[4 * apart + 1] = each.startLow;
                    apart++;
                }
                if (!inside || compare(each.endHigh, each.endLow, ranges[4 * apart - 2], ranges[4 * apart - 1]) > 0) {
                    ranges[4 * apart - 2] = each.endHigh;
                    ranges[4 * apart - 1] = each.endLow;
                }
            }
            return Arrays.copyOf(ranges, 4 * apart);
        }
    }
}
