using Tessera.Messaging;
using Tessera.MessagingDefaults;
using Tessera.TextDefaults;

namespace Tessera.Catalog;

/// <summary>What the search looks through, and categories, of products stored before accents were folded.</summary>
internal sealed class FoldKeptTexts(IServiceScopeFactory scopes) : PendingStep(scopes, "fold-search-texts")
{
    protected override async Task ApplyAsync(UnitOfWork work, CancellationToken stop)
    {
        var rows = await work.QueryAsync(
            "select sku, name, category, search_text from products", [],
            row => (
                Sku: row.GetString(0), Name: row.GetString(1), Category: row.GetString(2), Search: row.GetString(3)),
            stop);
        foreach (var row in rows)
        {
            var (category, search) = (ComposedText.Compose(row.Category), ProductStore.SearchText(row.Name, row.Sku));
            if (category == row.Category && search == row.Search) continue;
            work.EnqueueOne(
                "update products set category = $2, search_text = $3 where sku = $1", row.Sku, category, search);
        }
    }
}
