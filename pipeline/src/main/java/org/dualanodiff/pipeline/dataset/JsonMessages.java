package org.dualanodiff.pipeline.dataset;

/** What Gson says of malformed JSON, without its advice to programmers. */
final class JsonMessages {
    private JsonMessages() {}

    static String of(Exception e) {
        String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return message.lines()
                .findFirst()
                .orElse("")
                .replaceFirst("^[\\w.]+Exception: ", "")
                .replaceFirst("^Use JsonReader\\.\\S+ to accept malformed JSON", "malformed");
    }
}
