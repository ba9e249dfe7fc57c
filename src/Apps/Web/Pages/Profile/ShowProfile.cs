using System.Net;
using Tessera.PageDefaults;
using Tessera.Users.Contracts;

namespace Tessera.Web.Pages.Profile;

internal static class ShowProfile
{
    /// <param name="done">What has just been done, to be said on the page.</param>
    public static async Task<IResult> Handle(
        Visit visit, StoreClient store, TypedForms typed, CancellationToken stop, string? done = null,
        string? fault = null)
    {
        var (account, refusal) = await ReadAsync(visit, store, stop);
        if (refusal is not null) return refusal;
        var kept = await typed.TakeAsync(visit.Context, ChangeName.Path);
        return Page.Show<ProfilePage>(
            account is null ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK,
            (nameof(ProfilePage.Account), account), (nameof(ProfilePage.Done), done),
            (nameof(ProfilePage.Fault), fault), (nameof(ProfilePage.TypedName), kept?["name"].ToString()));
    }

    /// <summary>With the name as it was typed, which was not taken.</summary>
    public static async Task<IResult> AgainAsync(
        string typedName, int status, Visit visit, StoreClient store, CancellationToken stop)
    {
        var (account, refusal) = await ReadAsync(visit, store, stop);
        return refusal ?? Page.Show<ProfilePage>(
            status, (nameof(ProfilePage.Account), account), (nameof(ProfilePage.TypedName), typedName),
            (nameof(ProfilePage.Fault), status == StatusCodes.Status400BadRequest ? "name" : "away"));
    }

    /// <summary>The account; neither it nor a refusal while Users is away.</summary>
    public static async Task<(UserView? Account, IResult? Refusal)> ReadAsync(
        Visit visit, StoreClient store, CancellationToken stop)
    {
        await visit.OpenAsync(stop);
        var account = await store.SendAsync<UserView>(HttpMethod.Get, "/users/me", await visit.TokenAsync(), stop);
        if (account.IsGood || account.IsAway) return (account.Value, null);
        return (null, account.Status == HttpStatusCode.Unauthorized
            ? Results.Redirect($"/sign-in?back={Uri.EscapeDataString("/profile")}")
            : Faults.NotFound());
    }
}
