using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.ServiceDefaults;
using Tessera.Users.Contracts;

namespace Tessera.Users;

/// <summary>When the usual one goes, the oldest that is left takes its place.</summary>
internal static class RemoveAddress
{
    public static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        Guid address, Caller caller, AccountStore accounts, AddressBook book, CancellationToken stop)
    {
        await accounts.Work.BeginAsync(stop);
        if (!await accounts.TryLockAsync(caller.Id, stop)) return ReadProfile.Gone();
        var known = await book.ReadAsync(caller.Id, stop);
        if (known.Find(other => other.Id == address) is not { } gone) return Unknown();
        book.Remove(caller.Id, address);
        if (gone.IsDefault && known.Find(other => other.Id != address) is { } next)
            book.Change(caller.Id, next with { IsDefault = true });
        accounts.Work.Publish(new UserChanged(caller.Id));
        await accounts.Work.CommitAsync(stop);
        return TypedResults.NoContent();
    }

    public static ProblemHttpResult Unknown() =>
        TypedResults.Problem("You have no such address.", statusCode: StatusCodes.Status404NotFound);
}
