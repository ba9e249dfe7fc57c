using System.Globalization;
using Tessera.Ops.Acting;
using Tessera.Orders.Contracts;
using Tessera.PageDefaults;
using Tessera.ServiceDefaults;
using Tessera.Users.Contracts;

namespace Tessera.Ops.Pages.Customers;

/// <summary>An operator acts for a customer: by a token of Users that names both, which is recorded before it is given
/// out and ends after some minutes. Each page says so meanwhile.</summary>
internal static class ActForCustomer
{
    public static async Task<IResult> Begin(
        Guid id, Operator me, ActingFiles acting, CancellationToken stop)
    {
        var reason = (await me.Context.Request.ReadFormAsync(stop))["reason"].ToString().Trim();
        if (reason.Length == 0) return Refused(id, "say why; it is recorded.");
        var customer = await me.GetAnswerAsync<CustomerView>($"/users/customers/{id}", stop);
        if (!customer.IsGood) return Refused(id, customer.Why());
        var token = await me.SendAsync<ActingTokenView>(
            HttpMethod.Post, $"/users/{id}/tokens", new ActingTokenRequest(reason), stop);
        if (token.Value is not { } given) return Refused(id, token.Why());
        acting.Begin(me.Context, new ActingFor(
            id, customer.Value!.MaskedEmail, reason, given.AccessToken, me.Now.AddSeconds(given.ExpiresIn)));
        return SeeOther.To($"{OpsOptions.Root}/acting");
    }

    public static IResult End(Operator me, ActingFiles acting)
    {
        var customer = me.Acting?.Customer;
        acting.End(me.Context);
        return SeeOther.To($"{OpsOptions.Root}/customers{(customer is { } id ? $"/{id}" : "")}");
    }

    public static async Task<IResult> Show(
        Operator me, CancellationToken stop, string? done = null, string? fault = null)
    {
        if (me.Acting is null) return SeeOther.To($"{OpsOptions.Root}/customers");
        var asked = me.SendActingAsync<OrderPage>(HttpMethod.Get, "/orders?size=20", null, stop);
        var addresses = (await AddressesAsync(me, stop)).Value?.Addresses ?? [];
        var options = (await OptionsAsync(me, stop)).Value?.Options ?? [];
        var orders = await asked;
        return Page.Show<ActingPage>(
            StatusCodes.Status200OK, (nameof(ActingPage.Acting), new ActingShown(me.Acting)),
            (nameof(ActingPage.Orders), orders.Value),
            (nameof(ActingPage.OrdersFault), orders.IsGood ? null : orders.Why()),
            (nameof(ActingPage.Options), options), (nameof(ActingPage.Addresses), addresses),
            (nameof(ActingPage.Done), done), (nameof(ActingPage.Fault), fault),
            (nameof(ActingPage.Name), Guid.CreateVersion7()));
    }

    public static async Task<IResult> Place(Operator me, CancellationToken stop)
    {
        if (me.Acting is null) return Over();
        var form = await me.Context.Request.ReadFormAsync(stop);
        if (!Guid.TryParse(form["name"], out var name))
            throw new BadHttpRequestException("The form is none of the console's.");
        if (!int.TryParse(form["quantity"], CultureInfo.InvariantCulture, out var quantity))
            return Back("fault", "the quantity is no number.");
        var delivery = Text(form["delivery"]);
        var (address, missing) = await AddressOfAsync(me, delivery, form["address"], stop);
        if (missing is not null) return Back("fault", missing);
        var placed = await me.SendActingAsync<OrderView>(
            HttpMethod.Post, "/orders",
            new PlaceOrderRequest(
                [new PlaceOrderLine(form["sku"].ToString().Trim(), quantity)], Reference: Text(form["reference"]),
                Delivery: delivery, Address: address),
            stop, idempotencyKey: name.ToString());
        return placed.Value is { } order ? Back("done", order.Id.ToString()) : Back("fault", placed.Why());
    }

    public static async Task<IResult> Cancel(Guid id, Operator me, CancellationToken stop)
    {
        if (me.Acting is null) return Over();
        var answer = await me.SendActingAsync<Done>(HttpMethod.Post, $"/orders/{id}/cancel", null, stop);
        return answer.IsGood ? Back("done", id.ToString()) : Back("fault", answer.Why());
    }

    /// <summary>The customer's own address that was chosen, where the delivery needs one.</summary>
    private static async Task<(DeliveryAddress? Address, string? Missing)> AddressOfAsync(
        Operator me, string? delivery, string? chosen, CancellationToken stop)
    {
        if (delivery is null) return (null, null);
        var options = await OptionsAsync(me, stop);
        if (options.Value is null) return (null, $"Orders does not tell how it delivers: {options.Why()}");
        // What is no option is for Orders to refuse.
        if (options.Value.Options.FirstOrDefault(each => each.Name == delivery) is not { NeedsAddress: true })
            return (null, null);
        var addresses = await AddressesAsync(me, stop);
        if (addresses.Value is null) return (null, $"Users does not tell the customer's addresses: {addresses.Why()}");
        var kept = Guid.TryParse(chosen, out var id)
            ? addresses.Value.Addresses.FirstOrDefault(each => each.Id == id)
            : null;
        if (kept is null) return (null, $"'{delivery}' needs an address: choose one that the customer keeps.");
        if (string.IsNullOrWhiteSpace(kept.Name))
            return (null, "the address says nobody who takes it in: the customer is to add a name to it.");
        return (new DeliveryAddress(
            kept.Name, kept.Line1, kept.Line2, kept.City, kept.PostalCode, kept.Country), null);
    }

    private static Task<Answer<DeliveryOptionsView>> OptionsAsync(Operator me, CancellationToken stop) =>
        me.GetAnswerAsync<DeliveryOptionsView>("/orders/delivery-options", stop);

    private static Task<Answer<AddressesView>> AddressesAsync(Operator me, CancellationToken stop) =>
        me.SendActingAsync<AddressesView>(HttpMethod.Get, "/users/me/addresses", null, stop);

    private static SeeOther Back(string what, string words) =>
        SeeOther.To($"{OpsOptions.Root}/acting?{what}={Uri.EscapeDataString(words)}");

    private static SeeOther Over() => SeeOther.To($"{OpsOptions.Root}/customers");

    private static SeeOther Refused(Guid id, string fault) =>
        SeeOther.To($"{OpsOptions.Root}/customers/{id}?fault={Uri.EscapeDataString(fault)}");

    private static string? Text(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}

/// <summary>For whom somebody acts, as far as a page shows it: without the token.</summary>
public sealed record ActingShown(Guid Customer, string? Shown, string Why, DateTimeOffset Until)
{
    internal ActingShown(ActingFor acting)
        : this(acting.Customer, acting.Shown, acting.Why, acting.Until)
    {
    }
}
