using Tessera.Cli.Shop;
using Tessera.Users.Contracts;

namespace Tessera.Cli.Retail;

/// <summary>The accounts of the data's customers; the same reference gives the same account on every run.</summary>
internal static class Customers
{
    private const int BatchSize = 500;
    private const int CountryLengthMax = 60;

    public static async Task<IReadOnlyDictionary<string, Guid>> RegisterAsync(
        IReadOnlyList<Invoice> invoices, Store store, CancellationToken stop)
    {
        var users = new Dictionary<string, Guid>(StringComparer.Ordinal);
        var customers = invoices.DistinctBy(invoice => invoice.Customer).ToList();
        await Bar.RunAsync("customers", customers.Count, async advance =>
        {
            foreach (var batch in customers.Chunk(BatchSize))
            {
                var request = new ImportCustomersRequest([.. batch.Select(
                    each => new ImportedCustomer(
                        each.Customer, each.Country.Length is > 0 and <= CountryLengthMax ? each.Country : null))]);
                var answer = await store.Client.PostAsync(
                    "/api/v1/users/customers", request, await store.Operator.TokenAsync(stop), stop);
                if (!answer.IsSuccess) throw new UserError($"Users did not take the customers: {answer.Problem()}");
                foreach (var customer in answer.Read<ImportedCustomersView>().Customers)
                {
                    users[customer.Reference] = customer.User;
                    advance();
                }
            }
        }, store.Clock);
        return users;
    }
}
