package io.weir.launcher;

import io.weir.proxyengine.access.UsersEditor;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code weir user passwd}: another password. The caller's thread. */
@Command(
        name = "passwd",
        mixinStandardHelpOptions = true,
        description = "Gives a user another password; asks for it.",
        exitCodeOnInvalidInput = UserFile.USAGE,
        exitCodeOnExecutionException = UserFile.UNUSABLE)
final class UserPasswdCommand implements Callable<Integer> {
    @Parameters(paramLabel = "NAME", description = "Who it is.")
    private String name = "";

    @Mixin
    private UserFile file = new UserFile();

    @Mixin
    private NewPassword password = new NewPassword();

    @Override
    public Integer call() {
        return file.with(this::passwd);
    }

    private int passwd(UsersEditor editor) {
        if (!editor.has(name)) {
            return file.refuse(UserFile.REFUSED, "there is no " + name + " in " + editor.file());
        }
        return password.put(file, editor, name);
    }
}
