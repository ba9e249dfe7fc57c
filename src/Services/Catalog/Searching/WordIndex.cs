using Tessera.Messaging;
using Tessera.Messaging.Store;

namespace Tessera.Catalog;

/// <summary>Keeps the index of words beside the products, in their transaction. What is not on sale is not in it.
/// </summary>
internal sealed class WordIndex(IDatabase database, UnitOfWork work)
{
    private readonly SortedSet<string> _words = new(StringComparer.Ordinal);

    public static bool IsPostgres(IDatabase database) => database.Engine == "postgres";

    /// <summary>Queues it, behind the statement that stores the product.</summary>
    public void Put(Product product)
    {
        if (IsPostgres(database))
        {
            work.EnqueueOne(
                "update products set words = $2::tsvector where sku = $1", product.Sku,
                product.Withdrawn
                    ? null
                    : SearchedWords.ToTsVector(
                        ('A', product.Name), ('B', product.Sku), ('C', product.Category), ('D', product.Description)));
        }
        else
        {
            work.Enqueue(
                "delete from product_words where rowid = (select number from products where sku = $1)", product.Sku);
            if (!product.Withdrawn)
            {
                work.EnqueueOne(
                    "insert into product_words (rowid, name, code, category, description) " +
                    "select number, $2, $3, $4, $5 from products where sku = $1",
                    product.Sku, Text(product.Name), Text(product.Sku), Text(product.Category),
                    Text(product.Description));
            }
        }
        _words.UnionWith(SearchedWords.Of(product.Name));
        _words.UnionWith(SearchedWords.Of(product.Category));
    }

    /// <summary>Queues the words of all products put. In one order, or two who put the same words would wait for each
    /// other.</summary>
    public void PutWords()
    {
        if (_words.Count == 0) return;
        var words = database.List(_words);
        work.Enqueue(
            IsPostgres(database)
                ? "insert into known_words (word) select unnest($1::text[]) on conflict do nothing"
                : "insert into known_words (word) select value from json_each($1) where true on conflict do nothing",
            words);
        _words.Clear();
    }

    private static string Text(string? text) => string.Join(' ', SearchedWords.Of(text));
}
