using Tessera.Messaging;

namespace Tessera.Catalog;

internal static class SearchSetup
{
    public static void AddSearch(this IServiceCollection services)
    {
        services.AddSingleton<ProductSearch>();
        services.AddSingleton<OnSaleCounts>();
        services.AddSingleton<CountFacets>();
        services.AddSingleton<GuessSearch>();
        services.AddSingleton<IPrepareDatabase, FoldKeptTexts>();
        services.AddSingleton<IPrepareDatabase, IndexKeptProducts>();
    }
}
