package io.weir.proxyengine.rules;

import io.netty.util.NetUtil;
import io.weir.proxyengine.rules.Action.Allow;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Makes {@link Rules} of a {@link RuleSet}: reads what the values say, and the lists that they name. One use, one thread. */
final class RuleCompiler {
    private static final int FAULTS_MAX = 1_000;
    private static final String LIST = "list:";
    private static final int PORT_MAX = 65_535;

    private final ListStore lists;
    private final List<Fault> faults;
    private int expressions;
    private int line;

    private RuleCompiler(ListStore lists, List<Fault> faults) {
        this.lists = lists;
        this.faults = faults;
    }

    /**
     * Compiles.
     *
     * @param abilities what rules may ask for
     * @param before the state before, from which counts are taken over
     * @param faults takes what is wrong; the result is of no use then
     */
    static Rules compile(
            RuleSet set, ListStore lists, Abilities abilities, @Nullable Rules before, List<Fault> faults) {
        var compiler = new RuleCompiler(lists, faults);
        List<CompiledRule> rules = new ArrayList<>();
        Set<String> names = new HashSet<>();
        Map<String, CompiledRule> old = new HashMap<>();
        if (before != null) {
            before.all().forEach(each -> old.put(each.name(), each));
        }
        for (Rule rule : set.rules()) {
            compiler.line = rule.line();
            if (!Rule.isName(rule.name())) {
                compiler.fault(Fault.shown(rule.name()) + " is no name: " + Rule.NAME_EXPECTED);
            }
            if (!names.add(rule.name())) {
                compiler.fault("there are two rules of the name " + rule.name());
            }
            if (rule.action() instanceof Allow allow) {
                abilities.faults(allow).forEach(compiler::fault);
            } else {
                rule.action().faults().forEach(compiler::fault);
            }
            List<CompiledTest> tests = new ArrayList<>();
            rule.conditions().forEach(each -> tests.add(compiler.test(each)));
            rules.add(new CompiledRule(rule, tests, counter(rule, old.get(rule.name()))));
        }
        if (compiler.expressions > HostExpression.SIZE_ALL_MAX) {
            faults.add(new Fault(
                    0, "all expressions together are too large: write some as .example.com, *.ads.* or a list"));
        }
        return new Rules(rules, lists);
    }

    private static LongAdder counter(Rule rule, @Nullable CompiledRule old) {
        return old != null && old.rule().isSame(rule) ? old.counter() : new LongAdder();
    }

    private void fault(String message) {
        Fault fault = new Fault(line, message);
        if (faults.size() < FAULTS_MAX && !faults.contains(fault)) {
            faults.add(fault);
        }
    }

    private CompiledTest test(Condition condition) {
        List<String> values = condition.values();
        if (values.isEmpty()) {
            fault(condition.subject().word() + " has no value");
        }
        return switch (condition.subject()) {
            case HOST -> new CompiledTest.Host(host(values));
            case ADDRESS -> new CompiledTest.Address(ranges("address", values));
            case CLIENT -> new CompiledTest.Client(ranges("client", values));
            case PORT -> new CompiledTest.Port(ports(values));
            case SCHEME -> new CompiledTest.Protocol(schemes(values));
            case METHOD -> new CompiledTest.Method(methods(values));
            case USER -> new CompiledTest.User(Set.copyOf(values));
            case LISTENER -> new CompiledTest.Listener(Set.copyOf(values));
        };
    }

    private void list(String value, Consumer<LoadedList> taker) {
        try {
            taker.accept(lists.list(value.substring(LIST.length())));
        } catch (RulesException e) {
            fault(String.valueOf(e.getMessage()));
        }
    }

    private HostTest host(List<String> values) {
        var own = new NameTable.Builder();
        List<NameTable> tables = new ArrayList<>();
        List<String> addresses = new ArrayList<>();
        List<HostGlob> globs = new ArrayList<>();
        List<HostExpression> compiled = new ArrayList<>();
        for (String value : values) {
            InetAddress address = address(value);
            if (value.startsWith(LIST)) {
                list(value, list -> tables.add(list.names()));
            } else if (value.length() > 1 && value.startsWith("/") && value.endsWith("/")) {
                expression(value, compiled);
            } else if (address != null) {
                addresses.add(NetUtil.toAddressString(EmbeddedIpv4.of(address)));
            } else if (!name(value, own) && !glob(value, globs)) {
                fault(Fault.shown(value)
                        + " is no host: write example.com, .example.com (it and below), *.example.com (below it), *.ads.*, /expression/,"
                        + " 192.0.2.1, [2001:db8::1] or list:FILE");
            }
        }
        NameTable table = own.build();
        if (table.size() > 0) {
            tables.add(0, table);
        }
        return new HostTest(List.copyOf(tables), List.copyOf(addresses), List.copyOf(globs), List.copyOf(compiled));
    }

    private static @Nullable InetAddress address(String value) {
        boolean hasBrackets = value.startsWith("[") && value.endsWith("]");
        return value.indexOf('%') >= 0
                ? null
                : NetUtil.createInetAddressFromIpAddressString(
                        hasBrackets ? value.substring(1, value.length() - 1) : value);
    }

    private static boolean name(String value, NameTable.Builder own) {
        boolean isBelow = value.startsWith("*.");
        boolean both = value.startsWith(".");
        String name = HostName.name(value.substring(isBelow ? 2 : both ? 1 : 0));
        return name != null && own.add(name, !isBelow, isBelow || both);
    }

    private static boolean glob(String value, List<HostGlob> globs) {
        HostGlob glob = value.indexOf('*') < 0 ? null : HostGlob.parse(value);
        return glob != null && globs.add(glob);
    }

    private void expression(String value, List<HostExpression> compiled) {
        try {
            HostExpression expression = HostExpression.compile(value.substring(1, value.length() - 1));
            expressions += expression.size();
            compiled.add(expression);
        } catch (IllegalArgumentException e) {
            fault(Fault.shown(value) + " " + e.getMessage());
        }
    }

    private List<AddressRanges> ranges(String word, List<String> values) {
        var own = new AddressRanges.Builder();
        List<AddressRanges> all = new ArrayList<>();
        for (String value : values) {
            if (value.startsWith(LIST)) {
                list(value, list -> all.add(list.networks()));
            } else {
                boolean hasBrackets = value.startsWith("[") && value.endsWith("]");
                String wrong = own.add(hasBrackets ? value.substring(1, value.length() - 1) : value);
                if (wrong != null) {
                    fault(word + " " + Fault.shown(value) + " " + wrong + ", or list:FILE");
                }
            }
        }
        all.add(0, own.build());
        return List.copyOf(all);
    }

    private BitSet ports(List<String> values) {
        var ports = new BitSet();
        for (String value : values) {
            int dash = value.indexOf('-');
            int from = port(dash < 0 ? value : value.substring(0, dash));
            int to = dash < 0 ? from : port(value.substring(dash + 1));
            if (from < 1 || to < from) {
                fault(Fault.shown(value) + " is no port: write 443, or 8000-8999, of 1 to " + PORT_MAX);
            } else {
                ports.set(from, to + 1);
            }
        }
        return ports;
    }

    private static int port(String text) {
        boolean isNumber = !text.isEmpty() && text.length() <= 5 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        int port = isNumber ? Integer.parseInt(text) : 0;
        return port <= PORT_MAX ? port : 0;
    }

    private Set<Scheme> schemes(List<String> values) {
        Set<Scheme> schemes = EnumSet.noneOf(Scheme.class);
        for (String value : values) {
            boolean known = false;
            for (Scheme each : Scheme.values()) {
                if (each.word().equals(value)) {
                    known = true;
                    schemes.add(each);
                }
            }
            if (!known) {
                fault(Fault.shown(value)
                        + " is no scheme: it is http, connect, socks or https (what is read in a tunnel)");
            }
        }
        return schemes;
    }

    private List<String> methods(List<String> values) {
        for (String value : values) {
            if (!value.matches("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}")) {
                fault(Fault.shown(value) + " is no method: write it as GET or CONNECT");
            }
        }
        return values;
    }
}
