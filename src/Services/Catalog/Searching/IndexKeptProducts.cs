using Tessera.Messaging;
using Tessera.Messaging.Store;
using Tessera.MessagingDefaults;

namespace Tessera.Catalog;

/// <summary>Puts the products that were stored before there was an index of words into it.</summary>
internal sealed class IndexKeptProducts(IServiceScopeFactory scopes, IDatabase database)
    : PendingStep(scopes, "index-words")
{
    private const int AtOnce = 1_000;

    protected override async Task ApplyAsync(UnitOfWork work, CancellationToken stop)
    {
        var index = new WordIndex(database, work);
        var after = "";
        while (true)
        {
            var products = await work.QueryAsync(
                $"select {ProductStore.Columns} from products where sku > $1 order by sku limit $2", [after, AtOnce],
                ProductStore.Read, stop);
            if (products.Count == 0) return;
            foreach (var product in products) index.Put(product);
            index.PutWords();
            await work.FlushAsync(stop);
            after = products[^1].Sku;
        }
    }
}
