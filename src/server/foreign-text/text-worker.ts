import { parentPort, workerData } from 'node:worker_threads'
import { AppError } from '../../contract/errors.ts'
import { doText, errorData, type TextAnswer, type TextTask } from './text-acts.ts'

function answer(task: TextTask): TextAnswer {
  try {
    return { value: doText(task) }
  } catch (error) {
    if (error instanceof AppError) return { refused: errorData(error) }
    throw error
  }
}

parentPort?.postMessage(answer(workerData as TextTask))
