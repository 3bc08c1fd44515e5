package org.dualanodiff.pipeline.tracking;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dualanodiff.pipeline.ProductVersion;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.RunManifest;
import org.dualanodiff.pipeline.store.RunManifest.OutputFile;
import org.dualanodiff.pipeline.store.StoreLayout;

/**
 * What a run was made from and where it lies, as an event of OpenLineage (specification 2-0-2): for catalogs that draw where data
 * come from. Spark's own listener sees none of it, since no data frame reads the images or writes the pairs.
 *
 * @param namespace of the job, as the catalog knows it
 * @param inputs addresses of the data set and the base model, or names of builtin ones
 */
public record LineageEvent(String namespace, RunManifest manifest, List<String> inputs) {

    private static final String SPECIFICATION = "https://openlineage.io/spec/";
    private static final String PRODUCER = "urn:dualanodiff:" + ProductVersion.current();

    /** Not by URI, which refuses blanks. Without an authority it is Hadoop's default one, or a local file. */
    private static final Pattern ADDRESS =
            Pattern.compile("(?!file:///)(?<scheme>[a-zA-Z][a-zA-Z0-9+.-]+)://(?<authority>[^/]*)(?<path>/.*)?");

    /** Puts it into the store, in the place of that of an earlier command of the run. */
    public void write(ObjectStore store) {
        store.write(StoreLayout.lineage(manifest.runId()), (json(store) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private JsonObject json(ObjectStore store) {
        JsonObject event = new JsonObject();
        event.addProperty("eventType", "COMPLETE");
        event.addProperty("eventTime", manifest.finishedAt().toString());
        event.addProperty("producer", PRODUCER);
        event.addProperty("schemaURL", SPECIFICATION + "2-0-2/OpenLineage.json#/$defs/RunEvent");
        event.add("run", run(store));
        event.add("job", job());
        JsonArray read = new JsonArray();
        inputs.forEach(address -> read.add(dataset(address)));
        event.add("inputs", read);
        JsonArray written = new JsonArray();
        written.add(output(store));
        event.add("outputs", written);
        return event;
    }

    /** Each command of a run is a run for OpenLineage, under an id that it would get again. */
    private JsonObject run(ObjectStore store) {
        String command = store.uri(StoreLayout.run(manifest.runId())) + " " + manifest.startedAt();
        JsonObject run = new JsonObject();
        run.addProperty(
                "runId",
                UUID.nameUUIDFromBytes(command.getBytes(StandardCharsets.UTF_8)).toString());
        JsonObject facets = new JsonObject();
        JsonObject engine = facet("1-1-1", "ProcessingEngineRunFacet");
        engine.addProperty("name", "dualanodiff");
        engine.addProperty("version", ProductVersion.current());
        facets.add("processing_engine", engine);
        JsonObject nominal = facet("1-0-1", "NominalTimeRunFacet");
        nominal.addProperty("nominalStartTime", manifest.startedAt().toString());
        facets.add("nominalTime", nominal);
        run.add("facets", facets);
        return run;
    }

    private JsonObject job() {
        JsonObject job = new JsonObject();
        job.addProperty("namespace", namespace);
        job.addProperty("name", "dualanodiff.augment");
        return job;
    }

    private JsonObject output(ObjectStore store) {
        JsonObject output = dataset(store.uri(StoreLayout.samples(manifest.runId())));
        List<OutputFile> files =
                manifest.units().stream().flatMap(unit -> unit.files().stream()).toList();
        JsonObject statistics = facet("1-0-2", "OutputStatisticsOutputDatasetFacet");
        statistics.addProperty(
                "rowCount",
                files.stream()
                        .flatMap(file -> file.rows().stream())
                        .mapToLong(rows -> rows)
                        .sum());
        statistics.addProperty(
                "size", files.stream().mapToLong(OutputFile::bytes).sum());
        statistics.addProperty("fileCount", files.size());
        JsonObject facets = new JsonObject();
        facets.add("outputStatistics", statistics);
        output.add("outputFacets", facets);
        return output;
    }

    private static JsonObject facet(String version, String name) {
        JsonObject facet = new JsonObject();
        facet.addProperty("_producer", PRODUCER);
        facet.addProperty("_schemaURL", SPECIFICATION + "facets/" + version + "/" + name + ".json#/$defs/" + name);
        return facet;
    }

    /** An address in OpenLineage's spelling, so that it meets what others tell of the same place. */
    private static JsonObject dataset(String address) {
        JsonObject dataset = new JsonObject();
        if (address.startsWith("builtin:")) {
            dataset.addProperty("namespace", "dualanodiff");
            dataset.addProperty("name", address);
            return dataset;
        }
        Matcher parts = ADDRESS.matcher(address);
        if (!parts.matches()) {
            dataset.addProperty("namespace", "file");
            dataset.addProperty(
                    "name", Path.of(local(address)).toAbsolutePath().normalize().toString());
            return dataset;
        }
        String path = parts.group("path") == null ? "/" : parts.group("path");
        // What Hadoop calls s3a is S3 for everybody else; keys of a bucket begin with no slash.
        boolean bucket = parts.group("scheme").matches("s3[an]?|gs");
        String scheme = parts.group("scheme").replaceFirst("s3[an]", "s3");
        dataset.addProperty("namespace", scheme + "://" + parts.group("authority"));
        dataset.addProperty("name", bucket && path.length() > 1 ? path.substring(1) : path);
        return dataset;
    }

    private static String local(String address) {
        return address.replaceFirst("^file:(//)?(?=/)", "");
    }
}
