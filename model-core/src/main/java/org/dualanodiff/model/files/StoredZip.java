package org.dualanodiff.model.files;

import java.io.IOException;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Entries of a ZIP file that are not compressed, as PyTorch writes them, since it maps them into memory. */
public final class StoredZip {

    private StoredZip() {}

    /** Writes an entry with its size and checksum, which one that is not compressed needs beforehand. */
    public static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(content);
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }
}
