using System.Net;
using Tessera.Orders.Contracts;
using Tessera.PageDefaults;
using Tessera.Users.Contracts;

namespace Tessera.Ops.Pages.Customers;

/// <summary>A customer by number: no more of the person than is needed to know that it is the one who asks.</summary>
internal static class ShowCustomer
{
    public static async Task<IResult> Find(Operator me, CancellationToken stop, string? q = null)
    {
        if (string.IsNullOrWhiteSpace(q)) return Page.Show<CustomersPage>(StatusCodes.Status200OK);
        var found = await me.GetAnswerAsync<CustomerView>($"/users/customers/{Uri.EscapeDataString(q.Trim())}", stop);
        if (found.Value is { } customer) return Results.Redirect($"{OpsOptions.Root}/customers/{customer.Id}");
        return Page.Show<CustomersPage>(
            found.IsAway ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK,
            (nameof(CustomersPage.Text), q), (nameof(CustomersPage.Fault), found.IsAway ? found.Why() : null));
    }

    public static async Task<IResult> One(
        Guid id, Operator me, CancellationToken stop, string? before = null, string? fault = null)
    {
        var acting = me.GetAnswerAsync<ActingView>($"/users/acting?user={id}&size=20", stop);
        var orders = me.GetAnswerAsync<OrderPage>(
            $"/orders?buyer={id}&size=20" + (before is null ? "" : $"&before={Uri.EscapeDataString(before)}"), stop);
        var customer = await me.GetAnswerAsync<CustomerView>($"/users/customers/{id}", stop);
        var (acted, placed) = (await acting, await orders);
        // Orders outlive the account that placed them.
        if (customer.Status == HttpStatusCode.NotFound && placed.Value is { Items.Count: 0 }) return Faults.NotFound();
        return Page.Show<CustomerPage>(
            customer.IsAway ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK,
            (nameof(CustomerPage.Id), id), (nameof(CustomerPage.Customer), customer.Value),
            (nameof(CustomerPage.CustomerFault), customer.IsGood ? null : customer.Why()),
            (nameof(CustomerPage.Orders), placed.Value),
            (nameof(CustomerPage.OrdersFault), placed.IsGood ? null : placed.Why()),
            (nameof(CustomerPage.Acted), acted.Value?.Items ?? []), (nameof(CustomerPage.Fault), fault));
    }
}
