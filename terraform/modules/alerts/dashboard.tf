# One page: do runs finish, what do they change, what waits, how does the API do.

locals {
  # Title, PromQL and unit of each chart, in rows of two.
  charts = concat(
    [
      {
        title  = "Runs finished and failed, a day"
        series = { finished = "sum(increase(${local.promql.runs-finished}{monitored_resource=\"cloud_run_revision\"}[24h]))", failed = "sum(increase(${local.promql.runs-failed}{monitored_resource=\"cloud_run_revision\"}[24h]))" }
      },
      {
        title  = "What runs and syncs do, an hour"
        series = { for name in sort(keys(var.counters)) : name => "sum(increase(${local.promql[name]}_sum{monitored_resource=\"cloud_run_revision\"}[1h]))" }
      },
      {
        title  = "Failed requests, parked accounts, delayed syncs, an hour"
        series = { for name in ["requests-failed", "accounts-parked", "sync-delayed"] : name => "sum(increase(${local.promql[name]}{monitored_resource=\"cloud_run_revision\"}[1h]))" }
      },
      {
        title  = "Age of the oldest message, seconds"
        series = { "" = "max by (subscription_id) (pubsub_googleapis_com:subscription_oldest_unacked_message_age{monitored_resource=\"pubsub_subscription\", subscription_id=~\"${var.prefix}-.*\"})" }
      },
      {
        title  = "Dead letters"
        series = { "" = "max by (subscription_id) (pubsub_googleapis_com:subscription_num_undelivered_messages{monitored_resource=\"pubsub_subscription\", subscription_id=~\"${var.prefix}-.*-dead\"})" }
      },
      {
        title  = "Requests by function and class, a minute"
        series = { "" = "sum by (service_name, response_code_class) (rate(run_googleapis_com:request_count{monitored_resource=\"cloud_run_revision\", service_name=~\"${var.prefix}-.*\"}[5m])) * 60" }
      },
      {
        title = "Latency of the API, ms"
        series = {
          for quantile in ["0.5", "0.95", "0.99"] : quantile =>
          "histogram_quantile(${quantile}, sum by (le) (rate(run_googleapis_com:request_latencies_bucket{monitored_resource=\"cloud_run_revision\", service_name=\"${var.services["api"]}\"}[5m])))"
        }
      },
      {
        title  = "Instances by function"
        series = { "" = "sum by (service_name) (run_googleapis_com:container_instance_count{monitored_resource=\"cloud_run_revision\", service_name=~\"${var.prefix}-.*\"})" }
      },
    ],
  )
}

resource "google_monitoring_dashboard" "this" {
  project = var.project_id
  dashboard_json = jsonencode({
    displayName = "Kenko (${var.prefix})"
    mosaicLayout = {
      columns = 48
      tiles = [
        for index, chart in local.charts : merge(
          # Cloud Monitoring leaves zeros out of what it stores; sent, they would differ for ever.
          index % 2 == 0 ? {} : { xPos = 24 },
          index < 2 ? {} : { yPos = floor(index / 2) * 16 },
          {
            width  = 24
            height = 16
            widget = {
              title = chart.title
              xyChart = {
                dataSets = [
                  for name, query in chart.series : merge(
                    {
                      plotType        = "LINE"
                      targetAxis      = "Y1"
                      timeSeriesQuery = { prometheusQuery = query }
                    },
                    name == "" ? {} : { legendTemplate = name },
                  )
                ]
              }
            }
        })
      ]
    }
  })
}
