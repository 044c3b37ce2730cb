package io.weir.replaytool;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** One run of a command, below a root command as the launcher has it. */
record Run(int status, String out, String err) {
    @Command(
            name = "weir",
            subcommands = {
                AuditCommand.class,
                VerifyCommand.class,
                AnchorCommand.class,
                StatementCommand.class,
                JournalCommand.class,
                StateCommand.class,
                UsageCommand.class,
                DiffCommand.class,
                ExportCommand.class
            })
    private static final class Root {}

    static Run of(Path data, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = execute(new PrintWriter(out), new PrintWriter(err), data, arguments);
        return new Run(status, out.toString(), err.toString());
    }

    /** Without {@code --data}. */
    static Run plain(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = new CommandLine(new Root())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
        return new Run(status, out.toString(), err.toString());
    }

    static int execute(PrintWriter out, PrintWriter err, Path data, String... arguments) {
        String[] all = new String[arguments.length + 2];
        System.arraycopy(arguments, 0, all, 0, arguments.length);
        all[arguments.length] = "--data";
        all[arguments.length + 1] = data.toString();
        return new CommandLine(new Root()).setOut(out).setErr(err).execute(all);
    }

    /** The one object that was printed. */
    Map<String, Object> json() {
        List<Map<String, Object>> objects = JsonObjects.parse(out);
        if (objects.size() != 1) {
            throw new AssertionError("not exactly one object: " + out);
        }
        return objects.get(0);
    }

    @SuppressWarnings("unchecked")
    List<Map<String, Object>> jsonList(String name) {
        return (List<Map<String, Object>>) JsonObjects.field(json(), name);
    }
}
