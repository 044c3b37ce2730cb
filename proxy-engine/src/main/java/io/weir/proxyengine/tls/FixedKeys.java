package io.weir.proxyengine.tls;

import io.netty.handler.ssl.util.SimpleKeyManagerFactory;
import java.security.KeyStore;
import javax.net.ssl.KeyManager;
import javax.net.ssl.ManagerFactoryParameters;

/** A factory of one key manager that is there already, for where Netty wants a factory. Immutable. */
final class FixedKeys extends SimpleKeyManagerFactory {
    private final KeyManager manager;

    FixedKeys(KeyManager manager) {
        this.manager = manager;
    }

    @Override
    protected void engineInit(KeyStore keyStore, char[] password) {}

    @Override
    protected void engineInit(ManagerFactoryParameters parameters) {}

    @Override
    protected KeyManager[] engineGetKeyManagers() {
        return new KeyManager[] {manager};
    }
}
