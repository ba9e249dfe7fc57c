using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tessera.ServiceDefaults;
using Tessera.Users.Contracts;

namespace Tessera.Users;

/// <summary>A token for the user that says who acts (RFC 8693 §4.1). Recorded before it is handed out.</summary>
internal static partial class IssueActingToken
{
    public static async Task<Results<Ok<ActingTokenView>, ProblemHttpResult>> HandleByEmail(
        ActForRequest request,
        Caller caller,
        HttpContext context,
        AccountStore accounts,
        MintToken mint,
        IOptions<UsersOptions> options,
        TimeProvider clock,
        ILoggerFactory loggers,
        CancellationToken stop) =>
        await accounts.FindAsync(request.Email, stop) is { } account
            ? await Handle(
                account.Id, null, caller, context, accounts, mint, options, clock, loggers, stop)
            : TypedResults.Problem("There is no user with that address.", statusCode: StatusCodes.Status404NotFound);

    public static async Task<Results<Ok<ActingTokenView>, ProblemHttpResult>> Handle(
        Guid user,
        ActingTokenRequest? request,
        Caller caller,
        HttpContext context,
        AccountStore accounts,
        MintToken mint,
        IOptions<UsersOptions> options,
        TimeProvider clock,
        ILoggerFactory loggers,
        CancellationToken stop)
    {
        if (await accounts.FindAsync(user, stop) is not { } account)
            return TypedResults.Problem($"There is no user {user:D}.", statusCode: StatusCodes.Status404NotFound);
        if (account.IsOperator)
            return TypedResults.Problem("Nobody acts for an operator.", statusCode: StatusCodes.Status403Forbidden);
        var now = clock.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        await accounts.Work.BeginAsync(stop);
        var note = string.IsNullOrWhiteSpace(request?.Note) ? null : request.Note.Trim();
        accounts.RecordActingToken(id, caller.Id, user, now, note);
        await accounts.Work.CommitAsync(stop);
        Log.Issued(loggers.CreateLogger("Tessera.Users.IssueActingToken"), caller.Id, user);
        var lifetime = options.Value.AccessTokenLifetime;
        var token = mint.Of(
            account, id, context.User.FindFirst("client_id")?.Value ?? "",
            account.Roles.SelectMany(Scopes.OfRole), lifetime, caller.Id);
        return TypedResults.Ok(new ActingTokenView(token, (int)lifetime.TotalSeconds));
    }

    private static partial class Log
    {
        [LoggerMessage(310, LogLevel.Information, "{Operator} got a token to act for {User}")]
        public static partial void Issued(ILogger logger, Guid @operator, Guid user);
    }
}
