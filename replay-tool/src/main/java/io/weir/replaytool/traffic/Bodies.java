package io.weir.replaytool.traffic;

import java.nio.file.Path;
import java.util.Optional;

/** The stored bodies. Any thread. */
@FunctionalInterface
public interface Bodies {
    /** The file of a body that is there and is what its name says. */
    Optional<Path> find(String sha256);
}
