package io.weir.launcher;

import io.weir.proxyengine.access.AccessException;
import io.weir.proxyengine.access.UsersEditor;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code weir user list}: who there is. The caller's thread. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "Prints the users, each with how its password is kept; exits 1 if a proxy would refuse the file.",
        exitCodeOnInvalidInput = UserFile.USAGE,
        exitCodeOnExecutionException = UserFile.UNUSABLE)
final class UserListCommand implements Callable<Integer> {
    @Mixin
    private UserFile file = new UserFile();

    @Override
    public Integer call() {
        return file.with(this::list);
    }

    private int list(UsersEditor editor) {
        editor.list().forEach(file::say);
        try {
            editor.check();
        } catch (AccessException e) {
            return file.refuse(UserFile.REFUSED, String.valueOf(e.getMessage()));
        }
        return UserFile.DONE;
    }
}
