using Tessera.Cli.Shop;
using Tessera.Users.Contracts;

namespace Tessera.Cli.Retail;

/// <summary>The accounts of the data's customers; the same reference gives the same account on every run.</summary>
/// <param name="Refused">Whom Users did not take, and why.</param>
internal sealed record Customers(IReadOnlyDictionary<string, Guid> Users, IReadOnlyDictionary<string, string> Refused)
{
    private const int CountryLengthMax = 60;

    public static async Task<Customers> RegisterAsync(
        IReadOnlyList<Invoice> invoices, Store store, CancellationToken stop)
    {
        var users = new Dictionary<string, Guid>(StringComparer.Ordinal);
        var refused = new Dictionary<string, string>(StringComparer.Ordinal);
        var customers = invoices.DistinctBy(invoice => invoice.Customer).ToList();
        await Bar.RunAsync("customers", customers.Count, advance => Batches.SendAsync(
            customers,
            async batch => await store.Client.PostAsync(
                "/api/v1/users/customers", new ImportCustomersRequest([.. batch.Select(ToImported)]),
                await store.Scripts.TokenAsync(stop), stop),
            (batch, answer) =>
            {
                foreach (var customer in answer.Read<ImportedCustomersView>().Customers)
                    users[customer.Reference] = customer.User;
                foreach (var _ in batch) advance();
            },
            (invoice, answer) =>
            {
                refused[invoice.Customer] = $"its customer was not taken: {answer.Problem()}";
                advance();
            }), store.Clock);
        return new Customers(users, refused);
    }

    private static ImportedCustomer ToImported(Invoice invoice) => new(
        invoice.Customer, invoice.Country.Length is > 0 and <= CountryLengthMax ? invoice.Country : null);
}
