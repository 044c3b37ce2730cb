package io.weir.launcher;

import io.weir.proxyengine.access.UsersEditor;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code weir user remove}: a user goes. The caller's thread. */
@Command(
        name = "remove",
        mixinStandardHelpOptions = true,
        description = "Removes a user. Tunnels that stand go on.",
        exitCodeOnInvalidInput = UserFile.USAGE,
        exitCodeOnExecutionException = UserFile.UNUSABLE)
final class UserRemoveCommand implements Callable<Integer> {
    @Parameters(paramLabel = "NAME", description = "Who it is.")
    private String name = "";

    @Mixin
    private UserFile file = new UserFile();

    @Override
    public Integer call() {
        return file.with(this::remove);
    }

    private int remove(UsersEditor editor) {
        if (!editor.has(name)) {
            return file.refuse(UserFile.REFUSED, "there is no " + name + " in " + editor.file());
        }
        editor.remove(name);
        editor.save();
        return file.checked(editor);
    }
}
