package io.weir.proxyengine.rules;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One state of the rules, ready to be asked: the first that a request meets decides. Immutable but for the counts of hits; any thread. To ask waits for nothing, and
 * its work depends on the rules, not on what they are asked about.
 *
 * <p>A rule with a condition on the address can be met by a request whose address is not known yet. Then it is returned, and {@link #isOpen} says
 * so: when the address is known the question is asked again, from that rule on.
 */
public final class Rules {
    /** That allow everything. */
    public static final Rules NONE = new Rules(List.of(), ListStore.looking(Path.of("")));

    private final CompiledRule[] rules;
    private final ListStore lists;
    private final String digest;

    Rules(List<CompiledRule> rules, ListStore lists) {
        this.rules = rules.toArray(new CompiledRule[0]);
        this.lists = lists;
        digest = digest(rules, lists);
    }

    private static String digest(List<CompiledRule> rules, ListStore lists) {
        MessageDigest sha256 = Digests.sha256();
        rules.forEach(
                each -> sha256.update((each.name() + '\0' + each.rule() + '\n').getBytes(StandardCharsets.UTF_8)));
        lists.addTo(sha256);
        return Digests.hex(sha256);
    }

    /** SHA-256 over the rules, with their names, and the contents of their lists, in hex. */
    public String digest() {
        return digest;
    }

    /**
     * The place of the first rule that decides, or would if the address were right.
     *
     * @param address that is about to be connected; null before it is known
     * @param from the first rule that is looked at
     * @return {@link #size()} if there is none
     */
    public int find(Asked asked, @Nullable InetAddress address, int from) {
        for (int i = from; i < rules.length; i++) {
            if (rules[i].matches(asked, address)) {
                return i;
            }
        }
        return rules.length;
    }

    /** Whether that place depends on an address that is not known. */
    public boolean isOpen(int place, @Nullable InetAddress address) {
        return address == null && place < rules.length && rules[place].asksAddress();
    }

    /** The rule at a place; at {@link #size()} stands one that allows all. */
    public CompiledRule at(int place) {
        return place < rules.length ? rules[place] : CompiledRule.DEFAULT;
    }

    /** How many rules. */
    public int size() {
        return rules.length;
    }

    /** All rules, in their order. */
    public List<CompiledRule> all() {
        return List.of(rules);
    }

    /** How many lists they name. */
    public int lists() {
        return lists.lists().size();
    }

    /** Names in lists. */
    public long names() {
        return lists.lists().stream().mapToLong(each -> each.names().size()).sum();
    }

    /** Networks in lists, those that lie in another left out. */
    public long networks() {
        return lists.lists().stream().mapToLong(each -> each.networks().size()).sum();
    }

    /** Lines of lists that were neither name nor address. */
    public long ignored() {
        return lists.lists().stream().mapToLong(LoadedList::ignored).sum();
    }

    /** What the lists take in memory. */
    public long bytes() {
        return lists.lists().stream().mapToLong(LoadedList::bytes).sum();
    }

    ListStore store() {
        return lists;
    }

    /**
     * Says of each rule up to the one that decides why it does or does not.
     *
     * @param address that would be connected; null if it is not known
     */
    public List<String> explain(Asked asked, @Nullable InetAddress address) {
        int place = find(asked, address, 0);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < Math.min(place + 1, rules.length); i++) {
            String why = i < place
                    ? "no, " + rules[i].failing(asked, address)
                    : isOpen(i, address) ? "that depends on the address" : "yes";
            lines.add(rules[i].name() + ": " + rules[i].rule() + ": " + why);
        }
        return lines;
    }
}
