using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Tessera.Ops.Acting;
using Tessera.Ops.Recording;
using Tessera.PageDefaults;
using Tessera.Stories;

namespace Tessera.Ops;

/// <summary>One request of one operator: what is asked of the services is asked with that operator's
/// token.</summary>
internal sealed class Operator(
    IHttpContextAccessor accessor, StoreClient store, ActingFiles acting, OpsRecord record, TimeProvider clock)
    : IAskServices
{
    private readonly Lazy<ActingFor?> _acting = new(() => acting.Find(accessor.HttpContext!));

    public HttpContext Context { get; } = accessor.HttpContext!;

    public bool IsOperator => Context.User.HasClaim(PagesApp.RoleClaim, "operator");

    public string? Id => Context.User.FindFirstValue("sub");

    /// <summary>The customer for whom this operator acts just now.</summary>
    public ActingFor? Acting => _acting.Value;

    /// <summary>When the page is made: all ages on it are reckoned from then.</summary>
    public DateTimeOffset Now { get; } = clock.GetUtcNow();

    public string Here => Context.Request.Path + Context.Request.QueryString;

    public Task<Answer<T>> GetAnswerAsync<T>(string path, CancellationToken stop)
        where T : class => SendAsync<T>(HttpMethod.Get, path, null, stop);

    public async Task<Answer<T>> SendAsync<T>(
        HttpMethod method, string path, object? body, CancellationToken stop)
        where T : class
    {
        var answer = await store.SendAsync<T>(method, path, await TokenAsync(), stop, body);
        Note(method, path, answer);
        return answer.Status switch
        {
            HttpStatusCode.Unauthorized => throw new TokenRefusedException(maySignIn: true),
            HttpStatusCode.Forbidden => throw new TokenRefusedException(maySignIn: false),
            _ => answer,
        };
    }

    /// <summary>Asks as the customer for whom the operator acts; the token says who does.</summary>
    public async Task<Answer<T>> SendActingAsync<T>(
        HttpMethod method, string path, object? body, CancellationToken stop, string? idempotencyKey = null)
        where T : class
    {
        if (Acting is not { } customer) throw new InvalidOperationException("Nobody is acted for.");
        var answer = await store.SendAsync<T>(method, path, customer.Token, stop, body, idempotencyKey);
        Note(method, $"{path} for {customer.Customer}", answer);
        return answer;
    }

    /// <summary>A deed that was refused is recorded; that something is not there is no refusal.</summary>
    private void Note<T>(HttpMethod method, string path, Answer<T> answer)
        where T : class
    {
        var isDeed = method != HttpMethod.Get && answer.Status is HttpStatusCode.BadRequest
            or HttpStatusCode.Conflict or HttpStatusCode.UnprocessableEntity;
        if (isDeed || answer.Status == HttpStatusCode.Forbidden)
            record.Refused(Id, $"{method} {path}", $"{(int)answer.Status!}: {answer.Why()}");
    }

    public async Task<Told<T>> GetAsync<T>(string path, CancellationToken stop)
        where T : class
    {
        var answer = await GetAnswerAsync<T>(path, stop);
        return answer.IsGood ? new Told<T>(answer.Value)
            : answer.Status == HttpStatusCode.NotFound ? new Told<T>(null)
            : new Told<T>(null, answer.Why());
    }

    private Task<string?> TokenAsync() => Context.GetTokenAsync("access_token");
}
