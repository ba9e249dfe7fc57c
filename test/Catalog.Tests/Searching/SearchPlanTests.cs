using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Tessera.Catalog.Contracts;
using Tessera.Messaging;
using Tessera.Messaging.Store;
using Tessera.ServiceDefaults;
using Tessera.Testing.Services;

namespace Tessera.Catalog.Tests;

/// <summary>What only a look into the database shows, on both engines.</summary>
public sealed partial class SearchPlanTests
{
    private const int Products = 4_000;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_search_walks_over_the_products(bool onPostgres)
    {
        await using var catalog = await CatalogAsync(onPostgres, typeof(ProductStore).Assembly);
        await catalog.InScopeAsync((scope, work) =>
        {
            var store = scope.GetRequiredService<ProductStore>();
            for (var number = 0; number < Products; number++)
            {
                store.Save(Product.Add(
                    $"P-{number}", $"Thing {number} of {number % 400}", null, $"kind {number % 40}", 100 + number));
            }
            return Task.CompletedTask;
        });
        if (onPostgres) await catalog.ExecuteAsync("analyze products");
        var search = catalog.Get<ProductSearch>();
        foreach (var sort in new[] { "name", "price", "price-desc", "newest", "relevance" })
        {
            foreach (var filter in new[]
            {
                new ProductFilter("thing 17", null, null, null), new ProductFilter("thing 17", "kind 17", 1, 900),
                new ProductFilter(null, null, null, null), new ProductFilter(null, "kind 17", null, null),
            })
            {
                var order = ProductOrder.Of(sort, filter.HasWords);
                foreach (var after in new[] { null, await NextAsync(search, filter, order) })
                {
                    var plan = await PlanAsync(catalog.Get<IDatabase>(), search.ToSql(filter, order, after, 20));
                    Assert.DoesNotMatch(Walk(), plan);
                }
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Only_what_is_told_by_relevance_is_weighed(bool onPostgres)
    {
        await using var catalog = await CatalogAsync(onPostgres, typeof(ProductStore).Assembly);
        var search = catalog.Get<ProductSearch>();
        foreach (var sort in new[] { "name", "price", "price-desc", "newest", "relevance" })
        {
            var (sql, _) = search.ToSql(
                new ProductFilter("thing", null, null, null), ProductOrder.Of(sort, hasWords: true), null, 20);
            Assert.Equal(sort == "relevance", Regex.IsMatch(sql, "bm25|ts_rank"));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Products_of_before_there_was_an_index_are_found_after_the_upgrade(bool onPostgres)
    {
        await using var catalog = await CatalogAsync(onPostgres, typeof(SearchPlanTests).Assembly);
        await RunScriptsAsync(catalog, onPostgres, name => string.CompareOrdinal(name, "0003") < 0);
        await catalog.ExecuteAsync("""
            insert into products (sku, name, description, category, price_minor, withdrawn, version, search_text) values
                ('B', 'Café filter', null, 'kitchen', 250, false, 3, 'cafe filter b'),
                ('A', 'Café cup', 'Holds coffee.', 'kitchen', 350, false, 1, 'cafe cup a'),
                ('C', 'Café chair', null, 'garden', 9900, true, 2, 'cafe chair c')
            """);
        await RunScriptsAsync(catalog, onPostgres, name => string.CompareOrdinal(name, "0003") >= 0);
        foreach (var step in catalog.Get<IEnumerable<IPrepareDatabase>>().OfType<IndexKeptProducts>())
            await step.PrepareAsync(TestContext.Current.CancellationToken);
        var (search, filter) = (catalog.Get<ProductSearch>(), new ProductFilter("cafe", null, null, null));
        var found = await search.FindAsync(
            filter, ProductOrder.Of("newest", true), null, 10, TestContext.Current.CancellationToken);
        Assert.Equal(
            [new Product("A", "Café cup", "Holds coffee.", "kitchen", 350, false, 1),
                new Product("B", "Café filter", null, "kitchen", 250, false, 3)],
            found.Select(each => each.Product));
        Assert.Equal(0, await catalog.NumberAsync("select count(*) from pending_steps where name = 'index-words'"));
        Assert.Equal(3, await catalog.NumberAsync("select count(*) from products"));
    }

    private static Task<ServiceInMemory> CatalogAsync(bool onPostgres, System.Reflection.Assembly schema) =>
        ServiceInMemory.StartAsync(
            onPostgres, "catalog", schema,
            messages => messages.Publishes<ProductAdded>(added => added.Sku),
            (services, _) => services.AddScoped<ProductStore>().AddSearch());

    private static async Task RunScriptsAsync(ServiceInMemory catalog, bool onPostgres, Func<string, bool> wanted)
    {
        const string folder = "Tessera.Catalog.Schema.";
        var assembly = typeof(ProductStore).Assembly;
        foreach (var resource in assembly.GetManifestResourceNames().Order(StringComparer.Ordinal))
        {
            if (!resource.StartsWith(folder, StringComparison.Ordinal) || !wanted(resource[folder.Length..])) continue;
            if (resource.EndsWith(onPostgres ? ".sqlite.sql" : ".postgres.sql", StringComparison.Ordinal)) continue;
            using var text = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            await catalog.ExecuteAsync(await text.ReadToEndAsync(TestContext.Current.CancellationToken));
        }
    }

    private static async Task<Cursor?> NextAsync(ProductSearch search, ProductFilter filter, ProductOrder order)
    {
        var found = await search.FindAsync(filter, order, null, 3, TestContext.Current.CancellationToken);
        Assert.NotEmpty(found);
        Assert.True(Cursor.TryParse(order.CursorOf(found[^1]), null, out var cursor));
        return cursor;
    }

    private static async Task<string> PlanAsync(IDatabase database, (string Sql, object?[] Parameters) statement)
    {
        var isPostgres = database.Engine == "postgres";
        var lines = await database.QueryAsync(
            (isPostgres ? "explain " : "explain query plan ") + statement.Sql, statement.Parameters,
            row => row.GetString(isPostgres ? 0 : 3), TestContext.Current.CancellationToken);
        return string.Join('\n', lines);
    }

    // Along the numbers, from the newest down to the end of the page, is no walk, but SQLite names it like one: then it
    // is all there is, and nothing is sorted behind it.
    [GeneratedRegex(@"SCAN products(?! USING)(?!\z)|\nSCAN products|TEMP B-TREE[^z]*SCAN products|Seq Scan on products",
        RegexOptions.CultureInvariant)]
    private static partial Regex Walk();
}
