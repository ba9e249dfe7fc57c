using System.Net;
using Microsoft.AspNetCore.Authentication;
using Tessera.PageDefaults;
using Tessera.ServiceDefaults;
using Tessera.Web.Session;

namespace Tessera.Web.Pages.Profile;

/// <summary>Asks before it erases, on a page of its own.</summary>
internal static class EraseAccount
{
    public static async Task<IResult> Show(Visit visit, CancellationToken stop)
    {
        await visit.OpenAsync(stop);
        return Page.Show<ErasePage>();
    }

    public static async Task<IResult> Handle(
        Visit visit, StoreClient store, SignInAgain again, CancellationToken stop)
    {
        var form = await visit.Context.Request.ReadFormAsync(stop);
        if (form["sure"] != "yes") return await RefuseAsync(visit, "erase.unsure", 400, stop);
        var erased = await store.SendAsync<Done>(HttpMethod.Delete, "/users/me", await visit.TokenAsync(), stop);
        if (erased.IsAway) return await RefuseAsync(visit, "profile.away", 503, stop);
        // The session may have ended elsewhere, and then the account is there still.
        if (erased.Status == HttpStatusCode.Unauthorized) return await again.BackToAsync("/profile", visit.Context);
        // An account that is gone already is what was asked for.
        if (!erased.IsGood && erased.Status != HttpStatusCode.NotFound)
            return await RefuseAsync(visit, "erase.refused", 409, stop);
        await visit.Context.SignOutAsync();
        GuestBasket.Forget(visit.Context);
        return SeeOther.To("/erased");
    }

    public static async Task<IResult> ShowDone(Visit visit, CancellationToken stop)
    {
        await visit.OpenAsync(stop);
        return Page.Show<ErasedPage>();
    }

    private static async Task<IResult> RefuseAsync(Visit visit, string text, int status, CancellationToken stop)
    {
        await visit.OpenAsync(stop);
        return Page.Show<ErasePage>(status, (nameof(ErasePage.Fault), visit.Words[text]));
    }
}
