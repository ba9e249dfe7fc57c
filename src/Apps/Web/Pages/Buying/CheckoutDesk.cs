using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Orders.Contracts;
using Tessera.PageDefaults;
using Tessera.Users.Contracts;
using Tessera.Web.Calling;
using Tessera.Web.Pages.Profile;

namespace Tessera.Web.Pages.Buying;

/// <summary>What the checkout knows beside the form: how orders can come, and where the buyer has had them sent.
/// </summary>
internal sealed class CheckoutDesk(Visit visit, StoreClient store, KeptDelivery delivery)
{
    public DeliveryOptionsView? Options { get; private set; }

    public UserView? Account { get; private set; }

    public async Task OpenAsync(CancellationToken stop)
    {
        var asking = delivery.OptionsAsync(stop);
        // While Users is away an address can still be typed.
        Account = (await store.SendAsync<UserView>(HttpMethod.Get, "/users/me", await visit.TokenAsync(), stop)).Value;
        Options = await asking;
    }

    /// <summary>With what is chosen for who has not chosen yet.</summary>
    public CheckoutForm Begin(CheckoutForm form)
    {
        // An account with addresses always has a usual one.
        var usual = Account?.Addresses.FirstOrDefault(address => address.IsDefault);
        return form.Reckoned(Options) with
        {
            To = usual?.Id.ToString() ?? CheckoutForm.NewAddress,
            Address = AddressForm.Empty with { Name = Account?.Name ?? "" },
            IsKept = true,
        };
    }

    /// <summary>Where the order goes; null where the delivery needs no address, or when it is none.</summary>
    public DeliveryAddress? AddressOf(CheckoutForm form, Dictionary<string, string> faults)
    {
        if (form.OptionOf(Options) is not { NeedsAddress: true }) return null;
        if (form.To is null or CheckoutForm.NewAddress || Account is null)
        {
            foreach (var (field, fault) in form.Address.Faults(visit.Words)) faults[field] = fault;
            return faults.Count == 0 ? form.Address.ToDelivery() : null;
        }
        var kept = Account.Addresses.FirstOrDefault(address => address.Id.ToString() == form.To);
        if (kept is null)
        {
            faults["To"] = visit.Words["checkout.address.gone"];
            return null;
        }
        // Addresses of before have no name on them.
        var copy = AddressForm.Of(kept) with { Name = kept.Name ?? Account.Name ?? "" };
        if (copy.Faults(visit.Words).Count == 0) return copy.ToDelivery();
        faults["To"] = visit.Words["checkout.address.noname"];
        return null;
    }

    /// <summary>Has the buyer written to in the language of this page. Not worth refusing an order for: the mail then
    /// comes in that of before.</summary>
    public async Task KeepLanguageAsync(CancellationToken stop)
    {
        if (Account is null || Account.Language == visit.Words.Language) return;
        await store.SendAsync<UserView>(
            HttpMethod.Put, "/users/me", await visit.TokenAsync(), stop,
            new ChangeProfileRequest(Account.Name, visit.Words.Language));
    }

    /// <summary>Keeps the new address, if that is wanted. It is only a help for the next time: the order has been
    /// placed whatever becomes of it.</summary>
    public async Task KeepAddressAsync(CheckoutForm form, CancellationToken stop)
    {
        if (!form.IsKept || form.To != CheckoutForm.NewAddress || Account is null
            || form.OptionOf(Options) is not { NeedsAddress: true })
        {
            return;
        }
        await store.SendAsync<AddressView>(
            HttpMethod.Post, "/users/me/addresses", await visit.TokenAsync(), stop, form.Address.ToRequest(false));
    }

    public RazorComponentResult<CheckoutPage> Show(
        CheckoutForm form, string? message = null, IReadOnlyDictionary<string, string>? faults = null,
        int status = StatusCodes.Status200OK) =>
        Page.Show<CheckoutPage>(
            status, (nameof(CheckoutPage.Form), form), (nameof(CheckoutPage.Options), Options),
            (nameof(CheckoutPage.Addresses), Account?.Addresses ?? []), (nameof(CheckoutPage.Message), message),
            (nameof(CheckoutPage.Faults), faults ?? new Dictionary<string, string>()));
}
