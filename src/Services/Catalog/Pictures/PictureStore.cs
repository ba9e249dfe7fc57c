using Tessera.Messaging;
using Tessera.Messaging.Store;

namespace Tessera.Catalog;

/// <summary>The pictures themselves, in the database beside their products.</summary>
internal sealed class PictureStore(IDatabase database, UnitOfWork work)
{
    /// <summary>Hash and content from one row: another moment's hash would name a content for good that it is not.
    /// </summary>
    public async Task<(string Hash, byte[] Content)?> FindAsync(
        string sku, int number, int width, CancellationToken stop)
    {
        var found = await database.QueryAsync(
            "select hash, content from product_pictures where sku = $1 and number = $2 and width = $3",
            [sku, number, width], row => (row.GetString(0), row.GetBytes(1)), stop);
        return found.Count == 1 ? found[0] : null;
    }

    /// <summary>Queues the sizes in place of those that were there.</summary>
    public void Put(string sku, int number, string hash, IEnumerable<ScaledPicture> sizes)
    {
        Remove(sku, number);
        foreach (var size in sizes)
        {
            work.EnqueueOne(
                "insert into product_pictures (sku, number, width, hash, content) values ($1, $2, $3, $4, $5)",
                sku, number, size.Width, hash, new ReadOnlyMemory<byte>(size.Content));
        }
    }

    public void Remove(string sku, int number) =>
        work.Enqueue("delete from product_pictures where sku = $1 and number = $2", sku, number);
}
