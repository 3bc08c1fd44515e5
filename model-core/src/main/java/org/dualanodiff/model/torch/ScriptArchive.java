package org.dualanodiff.model.torch;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes a TorchScript archive around source text: a zip of stored entries with the code, a pickled
 * module object without attributes besides {@code training}, and the format version.
 *
 * <p>Source: the TorchScript serialization format (torch/csrc/jit/docs/serialization.md).
 */
final class ScriptArchive {

    private static final String FORMAT_VERSION = "10\n";

    private ScriptArchive() {}

    /** The archive of a module class {@code className} that {@code source} defines. */
    static byte[] of(String className, byte[] source) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            store(zip, "code/__torch__.py", source);
            store(zip, "data.pkl", moduleObject(className));
            store(zip, "constants.pkl", pickle(")"));
            store(zip, "version", FORMAT_VERSION.getBytes(US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(content);
        ZipEntry entry = new ZipEntry("archive/" + name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }

    /** Pickle, protocol 2: {@code className.__new__()} with state {@code {"training": False}}. */
    private static byte[] moduleObject(String className) {
        return pickle("c__torch__\n" + className + "\n)\u0081}(X\b\0\0\0training\u0089ub");
    }

    /** A pickle of protocol 2: its opcodes and their arguments as letters of Latin-1. */
    private static byte[] pickle(String opcodes) {
        return ("\u0080\u0002" + opcodes + ".").getBytes(ISO_8859_1);
    }
}
