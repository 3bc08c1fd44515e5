package org.dualanodiff.pipeline.export;

import java.io.Closeable;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.hadoop.HadoopFileIO;
import org.dualanodiff.pipeline.UserError;
import org.dualanodiff.pipeline.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The catalog of one table of Apache Iceberg's, opened. */
public final class TableCatalog implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(TableCatalog.class);

    private final TableName name;
    private final Catalog catalog;

    private TableCatalog(TableName name, Catalog catalog) {
        this.name = name;
        this.catalog = catalog;
    }

    /**
     * @param properties of the catalog, as Iceberg calls them: {@code type}, {@code uri}, {@code warehouse} and so on
     * @param hadoop with which the table's files can be read
     * @throws UserError if they do not say which catalog it is
     * @throws StoreException if it cannot be opened
     */
    public static TableCatalog open(TableName name, Map<String, String> properties, Configuration hadoop) {
        requireKnown(name, properties);
        Map<String, String> all = new HashMap<>(properties);
        all.putIfAbsent(CatalogProperties.FILE_IO_IMPL, HadoopFileIO.class.getName());
        try {
            return new TableCatalog(name, CatalogUtil.buildIcebergCatalog(name.catalog(), all, hadoop));
        } catch (RuntimeException e) {
            throw new StoreException("cannot open the catalog of the table %s: %s".formatted(name, e.getMessage()), e);
        }
    }

    /** @throws UserError if the properties do not say which catalog it is */
    static void requireKnown(TableName name, Map<String, String> properties) {
        if (!properties.containsKey(CatalogUtil.ICEBERG_CATALOG_TYPE)
                && !properties.containsKey(CatalogProperties.CATALOG_IMPL)) {
            throw new UserError(
                    ("table %s is in catalog %s, and nothing says what that is: set spark.sql.catalog.%s.type to"
                                    + " rest, jdbc, hive, glue or hadoop, and .uri and .warehouse as Iceberg's documentation says")
                            .formatted(name, name.catalog(), name.catalog()));
        }
    }

    Catalog catalog() {
        return catalog;
    }

    /** @throws StoreException if it is not there, or cannot be read */
    public Table table() {
        try {
            return catalog.loadTable(name.inCatalog());
        } catch (NoSuchTableException e) {
            throw new StoreException("there is no table %s: %s".formatted(name, e.getMessage()), e);
        } catch (RuntimeException e) {
            throw new StoreException("cannot read the table %s: %s".formatted(name, e.getMessage()), e);
        }
    }

    @Override
    public void close() {
        if (catalog instanceof Closeable closeable) {
            try {
                closeable.close();
            } catch (IOException e) {
                LOG.warn("the catalog was not closed: {}", e.getMessage());
            }
        }
    }

    /** A table's name in three parts or more: its catalog, its namespace, and its own. */
    public record TableName(String catalog, TableIdentifier inCatalog) {

        /** @throws UserError if it has less than three parts */
        public static TableName parse(String text) {
            List<String> parts = List.of(text.split("\\.", -1));
            if (parts.size() < 3 || parts.stream().anyMatch(String::isBlank)) {
                throw new UserError("a table is named CATALOG.DATABASE.TABLE, such as lake.defects.pairs, was " + text);
            }
            return new TableName(
                    parts.get(0),
                    TableIdentifier.of(parts.subList(1, parts.size()).toArray(String[]::new)));
        }

        /** The properties of its catalog among those of Spark, {@code spark.sql.catalog.CATALOG.*}. */
        public Map<String, String> propertiesIn(Map<String, String> ofSpark) {
            String prefix = "spark.sql.catalog." + catalog + ".";
            return ofSpark.entrySet().stream()
                    .filter(property -> property.getKey().startsWith(prefix))
                    .collect(Collectors.toMap(
                            property -> property.getKey().substring(prefix.length()), Map.Entry::getValue));
        }

        @Override
        public String toString() {
            return catalog + "." + inCatalog;
        }
    }
}
