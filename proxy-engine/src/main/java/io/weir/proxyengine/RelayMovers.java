package io.weir.proxyengine;

/** What all socket relays of one event loop move bytes with. Event loop only. */
final class RelayMovers {
    private final Copier copier;
    private final PipePool pipes;
    private final Splicer splicer;
    private final boolean splices;

    /**
     * Makes the movers.
     *
     * @param bufferBytes of the one buffer that copying goes through; a read that fills it turns to splicing
     * @param pipesMax pipes at once; 0 for no splicing
     * @param largePipesMax how many of them to enlarge
     */
    RelayMovers(int bufferBytes, int pipesMax, int largePipesMax, FrugalReads reads) {
        copier = new Copier(bufferBytes, reads);
        pipes = new PipePool(pipesMax, largePipesMax);
        splicer = new Splicer(pipes, copier);
        splices = pipesMax > 0;
    }

    Copier copier() {
        return copier;
    }

    Splicer splicer() {
        return splicer;
    }

    /** Whether to splice at all. */
    boolean splices() {
        return splices;
    }

    void close() {
        pipes.close();
        copier.close();
    }
}
