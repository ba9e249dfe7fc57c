namespace Tessera.Catalog.Tests;

public sealed class SearchOnPostgresTests : SearchTests, IClassFixture<PostgresCatalog>
{
    public SearchOnPostgresTests(PostgresCatalog catalog)
        : base(catalog) => catalog.Require();
}
