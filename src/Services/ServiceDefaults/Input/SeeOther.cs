using Microsoft.AspNetCore.Http;

namespace Tessera.ServiceDefaults;

/// <summary>303, after a form: a reload of what follows sends nothing again. The address is one of ours, or passed
/// <see cref="LocalPath"/>.</summary>
public sealed class SeeOther(string location) : IResult
{
    public static SeeOther To(string location) => new(location);

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
        httpContext.Response.Headers.Location = location;
        return Task.CompletedTask;
    }
}
