package io.weir.launcher;

import io.weir.proxyengine.access.AccessException;
import io.weir.proxyengine.access.UsersEditor;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What the commands about users have in common: where the file is, and how they fail. The caller's thread. */
final class UserFile {
    static final int DONE = 0;
    static final int REFUSED = 1;
    static final int UNUSABLE = 2;
    static final int USAGE = 64;

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    @Option(
            names = "--data",
            paramLabel = "FOLDER",
            defaultValue = "./data",
            description = "The data folder of the proxy, in which the file is users.")
    private Path data = Path.of("data");

    @Option(names = "--file", paramLabel = "FILE", description = "Another file.")
    private @Nullable Path file;

    /** Does something with the file. Answers the exit status. */
    int with(ToIntFunction<UsersEditor> action) {
        try {
            return action.applyAsInt(
                    UsersEditor.open(file != null ? file : DataFolder.open(data).users()));
        } catch (AccessException | NodeException e) {
            return refuse(UNUSABLE, String.valueOf(e.getMessage()));
        }
    }

    /** Says in one line why it can't be done. Answers the exit status. */
    int refuse(int status, String reason) {
        PrintWriter errors = spec().commandLine().getErr();
        errors.println(spec().qualifiedName() + ": " + reason);
        errors.flush();
        return status;
    }

    /** What a proxy would say of the file that was just written. Answers the exit status. */
    int checked(UsersEditor editor) {
        try {
            editor.check();
            return DONE;
        } catch (AccessException e) {
            return refuse(
                    REFUSED,
                    "it is written, but a proxy that reads it goes on with the users of before: " + e.getMessage());
        }
    }

    void say(String line) {
        PrintWriter out = spec().commandLine().getOut();
        out.println(line);
        out.flush();
    }

    private CommandSpec spec() {
        CommandSpec spec = command;
        if (spec == null) {
            throw new IllegalStateException("picocli has not set the command");
        }
        return spec;
    }
}
