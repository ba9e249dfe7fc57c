using Tessera.ServiceDefaults;
using Tessera.Users.Pages;

namespace Tessera.Users.Applications;

/// <summary>/account/applications: what others' programs may do, each with a button to withdraw it.</summary>
internal static class ManageApplications
{
    public const string Client = "client";

    public static async Task<IResult> Show(
        HttpContext context, AllowedApplications applications, CancellationToken stop) =>
        PageRules.Page<ApplicationsPage>(
            StatusCodes.Status200OK,
            (nameof(ApplicationsPage.Applications),
                (await applications.ListAsync(AccountCookie.RequiredUserOf(context.User), stop)).ConvertAll(
                    each => new ApplicationLine(each.Client, each.Name, each.Scopes, each.AllowedAt))));

    public static async Task<IResult> Withdraw(
        HttpContext context, AllowedApplications applications, CancellationToken stop)
    {
        var form = await PageForm.ReadAsync(context, stop);
        await applications.WithdrawAsync(AccountCookie.RequiredUserOf(context.User), form[Client], stop);
        return SeeOther.To(Notice.After(AccountPages.Applications, Notice.AccessWithdrawn));
    }
}

/// <summary>One application as the person sees it.</summary>
public sealed record ApplicationLine(
    string Client, string Name, IReadOnlyList<string> Scopes, DateTimeOffset? AllowedAt);
