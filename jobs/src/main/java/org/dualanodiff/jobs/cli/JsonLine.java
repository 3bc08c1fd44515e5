package org.dualanodiff.jobs.cli;

import com.google.gson.JsonParser;
import java.nio.charset.StandardCharsets;
import org.dualanodiff.pipeline.store.Json;

/** A record as one line of JSON, in the spelling of the store's files. */
final class JsonLine {

    private JsonLine() {}

    static String of(Object value) {
        return JsonParser.parseString(new String(Json.bytes(value), StandardCharsets.UTF_8))
                .toString();
    }
}
