using Tessera.Messaging;
using Tessera.MessagingDefaults;
using Tessera.TextDefaults;

namespace Tessera.Catalog;

/// <summary>Categories of products stored before accents were composed.</summary>
internal sealed class FoldKeptTexts(IServiceScopeFactory scopes) : PendingStep(scopes, "fold-search-texts")
{
    protected override async Task ApplyAsync(UnitOfWork work, CancellationToken stop)
    {
        var rows = await work.QueryAsync(
            "select sku, category from products", [],
            row => (Sku: row.GetString(0), Category: row.GetString(1)), stop);
        foreach (var (sku, category) in rows)
        {
            var composed = ComposedText.Compose(category);
            if (composed != category)
                work.EnqueueOne("update products set category = $2 where sku = $1", sku, composed);
        }
    }
}
