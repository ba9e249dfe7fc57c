namespace Tessera.Catalog.Tests;

public sealed class SearchOnSqliteTests(CatalogProcess catalog) : SearchTests(catalog), IClassFixture<CatalogProcess>;
