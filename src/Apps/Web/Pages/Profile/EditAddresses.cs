using System.Net;
using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.PageDefaults;
using Tessera.ServiceDefaults;
using Tessera.Users.Contracts;
using Tessera.Web.Session;

namespace Tessera.Web.Pages.Profile;

internal static class EditAddresses
{
    public static async Task<IResult> New(Visit visit, StoreClient store, TypedForms typed, CancellationToken stop)
    {
        var (account, refusal) = await ShowProfile.ReadAsync(visit, store, stop);
        if (refusal is not null) return refusal;
        return await typed.TakeAsync(visit.Context, "/profile/addresses") is { } kept
            ? Kept(null, kept)
            : Form(null, AddressForm.Empty with { Name = account?.Name ?? "" }, false);
    }

    public static async Task<IResult> One(
        Guid id, Visit visit, StoreClient store, TypedForms typed, CancellationToken stop)
    {
        var (account, refusal) = await ShowProfile.ReadAsync(visit, store, stop);
        if (refusal is not null) return refusal;
        if (account is null) return Faults.Away(visit.Context);
        var address = account.Addresses.FirstOrDefault(each => each.Id == id);
        if (address is null) return Faults.NotFound();
        return await typed.TakeAsync(visit.Context, $"/profile/addresses/{id}") is { } kept
            ? Kept(id, kept)
            : Form(id, AddressForm.Of(address) with { Name = address.Name ?? account.Name ?? "" }, address.IsDefault);
    }

    public static Task<IResult> Add(Visit visit, StoreClient store, SignInAgain again, CancellationToken stop) =>
        SaveAsync(null, visit, store, again, stop);

    public static Task<IResult> Save(
        Guid id, Visit visit, StoreClient store, SignInAgain again, CancellationToken stop) =>
        SaveAsync(id, visit, store, again, stop);

    public static async Task<IResult> Remove(
        Guid id, Visit visit, StoreClient store, SignInAgain again, CancellationToken stop)
    {
        var gone = await store.SendAsync<Done>(
            HttpMethod.Delete, $"/users/me/addresses/{id}", await visit.TokenAsync(), stop);
        if (gone.Status == HttpStatusCode.Unauthorized) return await again.BackToAsync("/profile", visit.Context);
        return SeeOther.To(
            gone.IsGood || gone.Status == HttpStatusCode.NotFound ? "/profile?done=removed" : "/profile?fault=away");
    }

    /// <summary>Makes it the usual one.</summary>
    public static async Task<IResult> MakeUsual(
        Guid id, Visit visit, StoreClient store, SignInAgain again, CancellationToken stop)
    {
        var (account, refusal) = await ShowProfile.ReadAsync(visit, store, stop);
        if (refusal is not null) return refusal;
        if (account is null) return SeeOther.To("/profile?fault=away");
        if (account.Addresses.FirstOrDefault(each => each.Id == id) is not { } address) return Faults.NotFound();
        var kept = await store.SendAsync<AddressView>(
            HttpMethod.Put, $"/users/me/addresses/{id}", await visit.TokenAsync(), stop,
            new AddressRequest(
                address.Line1, address.Line2, address.City, address.PostalCode, address.Country, address.Name, true));
        if (kept.Status == HttpStatusCode.Unauthorized) return await again.BackToAsync("/profile", visit.Context);
        return SeeOther.To(kept.IsGood ? "/profile?done=usual" : "/profile?fault=away");
    }

    private static async Task<IResult> SaveAsync(
        Guid? id, Visit visit, StoreClient store, SignInAgain again, CancellationToken stop)
    {
        var sent = await visit.Context.Request.ReadFormAsync(stop);
        var (form, isUsual) = (AddressForm.Of(sent), sent["usual"] == "yes");
        var faults = form.Faults(visit.Words);
        if (faults.Count > 0)
        {
            await visit.OpenAsync(stop);
            return Form(id, form, isUsual, null, faults, StatusCodes.Status400BadRequest);
        }
        var kept = await store.SendAsync<AddressView>(
            id is null ? HttpMethod.Post : HttpMethod.Put, "/users/me/addresses" + (id is null ? "" : $"/{id}"),
            await visit.TokenAsync(), stop, form.ToRequest(isUsual));
        if (kept.IsGood) return SeeOther.To("/profile?done=address");
        if (kept.Status == HttpStatusCode.NotFound) return Faults.NotFound();
        if (kept.Status == HttpStatusCode.Unauthorized)
            return await again.BackToAsync($"/profile/addresses/{id?.ToString() ?? "new"}", visit.Context);
        await visit.OpenAsync(stop);
        var (message, status) = kept.IsAway
            ? (visit.Words["profile.away"], StatusCodes.Status503ServiceUnavailable)
            : kept.Status == HttpStatusCode.UnprocessableEntity
                ? (visit.Words["address.many"], StatusCodes.Status422UnprocessableEntity)
                : (visit.Words["address.refused"], StatusCodes.Status400BadRequest);
        return Form(id, form, isUsual, message, null, status);
    }

    private static RazorComponentResult<AddressPage> Kept(Guid? id, IFormCollection kept) => Page.Show<AddressPage>(
        parameters: [
            (nameof(AddressPage.Id), id), (nameof(AddressPage.Address), AddressForm.Of(kept)),
            (nameof(AddressPage.IsUsual), kept["usual"] == "yes"), (nameof(AddressPage.IsKept), true)]);

    private static RazorComponentResult<AddressPage> Form(
        Guid? id, AddressForm form, bool isUsual, string? message = null, Dictionary<string, string>? faults = null,
        int status = StatusCodes.Status200OK) =>
        Page.Show<AddressPage>(
            status, (nameof(AddressPage.Id), id), (nameof(AddressPage.Address), form),
            (nameof(AddressPage.IsUsual), isUsual), (nameof(AddressPage.Message), message),
            (nameof(AddressPage.Problems), faults ?? []));
}
