package io.weir.launcher;

import io.weir.proxyengine.access.UsersEditor;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code weir user add}: a new user. The caller's thread. */
@Command(
        name = "add",
        mixinStandardHelpOptions = true,
        description = "Adds a user; asks for the password.",
        exitCodeOnInvalidInput = UserFile.USAGE,
        exitCodeOnExecutionException = UserFile.UNUSABLE)
final class UserAddCommand implements Callable<Integer> {
    @Parameters(paramLabel = "NAME", description = "Who it is.")
    private String name = "";

    @Mixin
    private UserFile file = new UserFile();

    @Mixin
    private NewPassword password = new NewPassword();

    @Override
    public Integer call() {
        return file.with(this::add);
    }

    private int add(UsersEditor editor) {
        if (editor.has(name)) {
            return file.refuse(UserFile.REFUSED, name + " is there already; weir user passwd gives another password");
        }
        return password.put(file, editor, name);
    }
}
