package io.weir.wsgateway;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Holds the body of one command, as far as commands may have one: JSON (or YAML), so that no form of a foreign page can send it, and short.
 * Event loop of its channel.
 */
final class RequestBody {
    private static final String UTF_8 = "[ \t]*(;[ \t]*charset=(utf-8|\"utf-8\")[ \t]*)?";
    private static final Pattern JSON_TYPE = Pattern.compile("application/json" + UTF_8, Pattern.CASE_INSENSITIVE);
    private static final Pattern JSON_OR_YAML_TYPE =
            Pattern.compile("application/(json|yaml)" + UTF_8, Pattern.CASE_INSENSITIVE);

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final int maxBytes;
    private final Pattern type;

    /** @param takesYaml whether it may be YAML, too, which no form can send either */
    RequestBody(int maxBytes, boolean takesYaml) {
        this.maxBytes = maxBytes;
        this.type = takesYaml ? JSON_OR_YAML_TYPE : JSON_TYPE;
    }

    /** Why a command's body is refused by what its head says of it. */
    Optional<HttpResponseStatus> refusal(HttpRequest request) {
        HttpHeaders headers = request.headers();
        List<String> types = headers.getAll(HttpHeaderNames.CONTENT_TYPE);
        boolean isRightType = types.size() == 1 && type.matcher(types.get(0)).matches();
        String coding = headers.get(HttpHeaderNames.CONTENT_ENCODING, "identity");
        if (!isRightType || !HttpHeaderValues.IDENTITY.contentEqualsIgnoreCase(coding)) {
            return Optional.of(HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE);
        }
        List<String> transferCodings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
        boolean isChunked =
                transferCodings.size() == 1 && HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(transferCodings.get(0));
        if (!transferCodings.isEmpty() && !isChunked) {
            return Optional.of(HttpResponseStatus.NOT_IMPLEMENTED);
        }
        if (!isChunked && !headers.contains(HttpHeaderNames.CONTENT_LENGTH)) {
            return Optional.of(HttpResponseStatus.LENGTH_REQUIRED);
        }
        return HttpUtil.getContentLength(request, 0L) > maxBytes
                ? Optional.of(HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE)
                : Optional.empty();
    }

    /** Takes a piece of it; false if that is too much. */
    boolean add(ByteBuf piece) {
        if (bytes.size() + piece.readableBytes() > maxBytes) {
            return false;
        }
        byte[] copy = new byte[piece.readableBytes()];
        piece.readBytes(copy);
        bytes.writeBytes(copy);
        return true;
    }

    byte[] toBytes() {
        return bytes.toByteArray();
    }
}
