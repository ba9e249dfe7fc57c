using Tessera.Messaging.Store;
using Tessera.ServiceDefaults;

namespace Tessera.Catalog;

/// <summary>Finds products by the index of words, or, where no word was asked for, along the index of the order.
/// </summary>
internal sealed class ProductSearch(IDatabase database, OnSaleCounts onSale)
{
    private readonly bool _isPostgres = WordIndex.IsPostgres(database);

    public async Task<List<FoundProduct>> FindAsync(
        ProductFilter filter, ProductOrder order, Cursor? after, int limit, CancellationToken stop)
    {
        if (filter.FindsNothing) return [];
        var statement = ToSql(filter, order, after, limit);
        return await database.QueryAsync(statement.Sql, statement.Parameters, Read, stop);
    }

    /// <summary>The statement of <see cref="FindAsync"/>.</summary>
    public (string Sql, object?[] Parameters) ToSql(
        ProductFilter filter, ProductOrder order, Cursor? after, int limit)
    {
        var sql = filter.ToSql(_isPostgres, isScored: order.IsRelevance);
        var values = after is null ? null : order.Values(after);
        var columns = string.Join(", ", ProductStore.Columns.Split(", ").Select(column => "products." + column));
        if (!filter.HasWords)
        {
            var where = sql.Where;
            if (values is not null) where += " and " + order.After("products", [.. values.Select(sql.Add)]);
            return ($"select {columns}, products.number, 0 from products where {where} " +
                $"order by {order.ToSql("products")} limit {sql.Add(limit)}", [.. sql.Parameters]);
        }
        var goesOn = "";
        if (values is not null && order.IsRelevance)
        {
            // What came or went in between moves all scores a little: go on behind where the last one stands now.
            var (score, number) = (sql.Add(values[0]), sql.Add(values[1]));
            goesOn = " where " + order.After(
                "found",
                $"coalesce((select max(last.score) from found last where -last.number = {number}), {score})", number);
        }
        else if (values is not null)
        {
            goesOn = " where " + order.After("found", [.. values.Select(sql.Add)]);
        }
        // What was found is kept aside in short rows: else an engine might walk along the order's index and ask of
        // each product whether it has the words.
        return ($"""
            with found as materialized (
                select products.number, products.name, products.sku, products.price_minor, {sql.Score} as score
                from {sql.From} where {sql.Where})
            select {columns}, page.number, page.score
            from (select * from found{goesOn} order by {order.ToSql("found")} limit {sql.Add(limit)}) page
            join products on products.number = page.number
            order by {order.ToSql("page")}
            """, [.. sql.Parameters]);
    }

    public async Task<int> CountAsync(ProductFilter filter, CancellationToken stop)
    {
        if (filter.FindsNothing) return 0;
        if (filter.IsCategoryAlone)
        {
            var counts = await onSale.ReadAsync(stop);
            return counts.Sum(each => filter.Category is null or "" || each.Category == filter.Category ? each.Fits : 0);
        }
        var sql = filter.ToSql(_isPostgres);
        var counted = await database.QueryAsync(
            $"select count(*) from {sql.From} where {sql.Where}", [.. sql.Parameters], row => row.GetInt64(0), stop);
        return (int)counted[0];
    }

    private static FoundProduct Read(StoreReader row) =>
        new(ProductStore.Read(row), row.GetInt64(ProductStore.ColumnCount),
            row.GetInt64(ProductStore.ColumnCount + 1));
}
