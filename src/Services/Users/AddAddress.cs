using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tessera.ServiceDefaults;
using Tessera.Users.Contracts;

namespace Tessera.Users;

/// <summary>The same address again is the same address: a client may retry.</summary>
internal static class AddAddress
{
    public static async Task<Results<Created<AddressView>, Ok<AddressView>, ProblemHttpResult>> Handle(
        AddressRequest request,
        Caller caller,
        AccountStore accounts,
        IOptions<UsersOptions> options,
        TimeProvider clock,
        CancellationToken stop)
    {
        await accounts.Work.BeginAsync(stop);
        if (!await accounts.TryLockAsync(caller.Id, stop)) return ReadProfile.Gone();
        var address = new AddressView(
            Guid.CreateVersion7(clock.GetUtcNow()), request.Line1,
            request.Line2, request.City, request.PostalCode, request.Country);
        var known = await accounts.OwnAddressesAsync(caller.Id, stop);
        if (known.Find(other => other with { Id = address.Id } == address) is { } same) return TypedResults.Ok(same);
        if (known.Count >= options.Value.AddressesMax)
        {
            return TypedResults.Problem(
                $"An account has at most {options.Value.AddressesMax} addresses.",
                statusCode: StatusCodes.Status422UnprocessableEntity);
        }
        accounts.AddAddress(caller.Id, address);
        accounts.Work.Publish(new UserChanged(caller.Id));
        await accounts.Work.CommitAsync(stop);
        return TypedResults.Created($"/users/me/addresses/{address.Id:D}", address);
    }
}
